// What a tool of others finds in a PDF: PDFium, as Chromium has it.

import assert from "node:assert/strict";
import { PDFiumLibrary } from "@hyzyla/pdfium";

/** The text of the first page, and its picture (PNG) at so many times 72 dots an inch. */
export async function opened(page, file, scale = 2) {
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(file);
  try {
    assert.equal(document.getPageCount(), 1);
    // Before it is rendered: PDFium's text cannot be had afterwards.
    const text = document.getPage(0).getText();
    const first = document.getPage(0);
    const { data, width, height } = await first.render({ scale, render: "bitmap" });
    const png = await page.evaluate(async ([rgba, w, h]) => {
      const bytes = Uint8ClampedArray.from(atob(rgba), (c) => c.charCodeAt(0));
      const canvas = new OffscreenCanvas(w, h);
      canvas.getContext("2d").putImageData(new ImageData(bytes, w, h), 0, 0);
      const blob = await canvas.convertToBlob({ type: "image/png" });
      return btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""));
    }, [Buffer.from(data).toString("base64"), width, height]);
    return { text, png: Buffer.from(png, "base64") };
  } finally {
    document.destroy();
    library.destroy();
  }
}
