// Runs SQL on a SQLite file for `database.rs`: a JSON string a line in, an object with rows or error a line out.
// It never closes the file: whoever started it kills it, and what is in the write-ahead log stays there.
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync(process.argv[2]);
// A Worker writes for an instant at a time.
database.exec("PRAGMA busy_timeout = 5000");

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { rows: database.prepare(JSON.parse(line)).all() };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
