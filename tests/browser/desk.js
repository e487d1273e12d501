// Works an issuing device's page as its operator does. Selectors: web/README.md.

import { operate } from "./staff.js";
import { ORIGIN, by, step } from "./walk.js";

/** Opens the page and enrols the device, unless it is; `look` is called before. */
export async function enrol(page, look = async () => {}) {
  await page.goto(`${ORIGIN}/terminal`);
  await page.waitForSelector('main:is([data-step="enrol"],[data-step="person"])');
  if (await page.isVisible(by("enrolment-code"))) {
    const { code } = await operate("/v1/devices/enrolments", { name: "counter 1", kind: "issuing_device" });
    await look(page, "enrol");
    await page.fill(by("enrolment-code"), code);
    await page.click(by("enrol"));
  }
  await step(page, "person");
}

/** Writes down who a person is, and goes on to the face. */
export async function identify(page, { name, id_number, valid_until }) {
  await page.fill(by("person-name"), name);
  await page.fill(by("person-number"), id_number);
  await page.fill(by("person-valid-until"), valid_until);
  await page.click(by("ask-offer"));
  await step(page, "face");
}

/** The link of the offer, once there is one. */
export async function offered(page) {
  await step(page, "offered");
  await page.waitForSelector(`${by("offer-code")} svg`);
  return page.textContent(by("offer-link"));
}
