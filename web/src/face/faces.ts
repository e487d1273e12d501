// The reader of faces: `crates/face` in a Web Worker, downloaded when a face is asked for and not before.

import { Remote } from "../remote.ts";
import type { FaceCalls } from "./protocol.ts";

export class Faces extends Remote<FaceCalls> {}
