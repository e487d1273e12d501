// The edge's endpoints for a phone that registers.

import { Client, type Network, type Pending } from "./client.ts";
import type { DeviceKey } from "./device_key.ts";
import type { Traffic } from "./traffic.ts";
import type { Channel, CreateRegistration, Evidence, RegistrationCreated, RegistrationView } from "./wire.ts";

export class Api {
  readonly #client: Client;

  constructor(key: DeviceKey, traffic: Traffic, network: Network, pending: Pending) {
    this.#client = new Client(key, traffic, network, pending);
  }

  create(request: CreateRegistration, signal?: AbortSignal): Promise<RegistrationCreated> {
    return this.#client.post("/v1/registrations", request, "create", signal);
  }

  /** The registration, at once; with `after` it waits at the edge for a version above that. */
  view(id: string, after: number | undefined, signal?: AbortSignal): Promise<RegistrationView> {
    const query = after === undefined ? "" : `?after=${after}`;
    return this.#client.get(`/v1/registrations/${id}`, query, signal);
  }

  requestCode(id: string, channel: Channel, signal?: AbortSignal): Promise<RegistrationView> {
    return this.#client.post(`/v1/registrations/${id}/codes`, { channel }, "code", signal);
  }

  confirm(id: string, code: string, signal?: AbortSignal): Promise<RegistrationView> {
    return this.#client.post(`/v1/registrations/${id}/confirmation`, { code }, "confirmation", signal);
  }

  sendEvidence(id: string, evidence: Evidence, signal?: AbortSignal): Promise<RegistrationView> {
    return this.#client.post(`/v1/registrations/${id}/evidence`, evidence, "evidence", signal);
  }
}
