// Pictures for docs/img: screenshots as WebP, alone or several phones side by side.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { phone } from "./walk.js";

/** Most bytes of one picture. */
const LIMIT = 200_000;

export class Studio {
  #front;

  constructor(folder) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** With a page without a policy, to draw on. */
  async open() {
    this.#front = await phone({ desktop: true, scale: 1 });
    this.page = this.#front.page;
    await this.page.goto("about:blank");
    return this;
  }

  close() {
    return this.#front.close();
  }

  /** Shoots what a page shows, and gives it (PNG). */
  async shoot(page, name) {
    await page.evaluate(() => document.fonts.ready);
    const png = await page.screenshot({ animations: "disabled" });
    await this.keep(png, name);
    return png;
  }

  /** Writes a picture. Chromium writes WebP, but not as a screenshot: it is asked to draw it once more. */
  async keep(png, name) {
    const base64 = await this.page.evaluate(async (data) => {
      const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [picture.width, picture.height];
      canvas.getContext("2d").drawImage(picture, 0, 0);
      return canvas.toDataURL("image/webp", 0.9).split(",")[1];
    }, png.toString("base64"));
    const bytes = Buffer.from(base64, "base64");
    assert.ok(bytes.length < LIMIT, `${name}: ${bytes.length} bytes`);
    writeFileSync(join(this.folder, `${name}.webp`), bytes);
    console.log(`${name}.webp ${bytes.length}`);
  }

  /** Several phones in one picture. */
  async together(name, pictures) {
    await this.page.setViewportSize({ width: pictures.length * 280 + 20, height: 603 });
    await this.page.setContent(`<style>
      body { margin: 0; display: flex; gap: 20px; padding: 20px; background: #e8ebef }
      img { width: 260px; border-radius: 24px; box-shadow: 0 2px 12px #0003 }
    </style>${pictures.map((png) => `<img src="data:image/png;base64,${png.toString("base64")}">`).join("")}`);
    await this.page.waitForFunction(() => [...document.images].every((image) => image.complete));
    await this.shoot(this.page, name);
  }
}
