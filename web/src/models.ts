// The models: fetched once as a stream (progress in bytes), checked against the manifest's sha256, cached.

export interface ModelFile {
  role: "finder" | "sorter" | "grain" | "narrow" | "recogniser" | "face_finder" | "face_mesh" | "face_describer";
  file: string;
  bytes: number;
  sha256: string;
}

export interface Manifest {
  version: number;
  /** What documents are read with. */
  files: ModelFile[];
  /** What faces are followed and described with. */
  face: ModelFile[];
}

/** The files could not be had (`download`) or are not what the manifest says (`corrupt`). */
export class ModelError extends Error {
  constructor(readonly code: "download" | "corrupt") {
    super(code);
  }
}

const MANIFEST = "/models/manifest.json";
const CACHE = "shiming-models";
const TRIES = 4;

/** Which files there are. */
export async function readManifest(): Promise<Manifest> {
  const response = await fetch(MANIFEST, { cache: "no-cache" }).catch(() => undefined);
  if (!response?.ok) throw new ModelError("download");
  return (await response.json()) as Manifest;
}

/** Where a file is. The build put the content's hash into the name, so that a cached file is never an old one. */
const urlOf = ({ file }: Pick<ModelFile, "file">): string => `/models/${file}`;

/** Fetches `url`, calling `grew` with the length of each piece. A try that fails takes back what it reported. */
export async function download(url: string, grew: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  for (let attempt = 1; ; attempt++) {
    let reported = 0;
    try {
      const response = await fetch(url, { credentials: "omit" });
      if (!response.ok || response.body === null) throw new ModelError("download");
      const pieces: Uint8Array[] = [];
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        pieces.push(value);
        reported += value.length;
        grew(value.length);
      }
      const whole = new Uint8Array(reported);
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.length;
      }
      return whole;
    } catch {
      grew(-reported);
      if (attempt === TRIES) throw new ModelError("download");
      await new Promise((resolve) => setTimeout(resolve, 1000 * 2 ** attempt));
    }
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function openCache(): Promise<Cache | undefined> {
  try {
    return await caches.open(CACHE);
  } catch {
    return undefined; // Private windows of some browsers: the HTTP cache has to do.
  }
}

/** The bytes of one model file, from the cache if they are there and right. */
export async function loadModel(file: ModelFile, grew: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const url = urlOf(file);
  const cache = await openCache();
  const kept = await cache?.match(url);
  if (kept !== undefined) {
    const bytes = new Uint8Array(await kept.arrayBuffer());
    if ((await sha256(bytes)) === file.sha256) {
      grew(bytes.length);
      return bytes;
    }
    await cache?.delete(url);
  }
  const bytes = await download(url, grew);
  if ((await sha256(bytes)) !== file.sha256) throw new ModelError("corrupt");
  try {
    await cache?.put(url, new Response(bytes, { headers: { "Content-Type": "application/octet-stream" } }));
  } catch {
    // No room: it is fetched again next time.
  }
  return bytes;
}

/** Removes cached files that this version does not have. */
export async function sweepModels({ files, face }: Manifest): Promise<void> {
  const cache = await openCache();
  const wanted = new Set([...files, ...face].map((file) => new URL(urlOf(file), location.href).href));
  for (const request of (await cache?.keys()) ?? []) {
    if (!wanted.has(request.url)) await cache?.delete(request);
  }
}
