// The reader of documents: `crates/capture` in a Web Worker.

import type { Calls } from "./reader_protocol.ts";
import { Remote } from "./remote.ts";

export class Reader extends Remote<Calls> {}
