// The phone's key: ECDSA P-256, made by WebCrypto and never extractable.

import { base64url } from "./base64.ts";

export interface DeviceKey {
  privateKey: CryptoKey;
  /** Uncompressed SEC 1 point, base64url. */
  publicKey: string;
}

export async function makeDeviceKey(): Promise<DeviceKey> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { privateKey: pair.privateKey, publicKey: base64url(point) };
}
