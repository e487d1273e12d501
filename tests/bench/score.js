// What counts as right, and how sure a share is.

/** One field is right if it says the same but for spaces and the forms of the middle dot. */
export function isRight(truth, read) {
  return read !== undefined && plain(truth) === plain(read);
}

function plain(text) {
  return text.normalize("NFKC").replace(/\s/g, "").replace(/[•・‧∙]/g, "·");
}

/** Wilson's 95 % interval of a share: [low, high]. */
export function interval(right, of) {
  if (of === 0) return [0, 1];
  const z = 1.959964;
  const share = right / of;
  const middle = share + (z * z) / (2 * of);
  const reach = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const whole = 1 + (z * z) / of;
  return [Math.max(0, (middle - reach) / whole), Math.min(1, (middle + reach) / whole)];
}

/** The value that `share` of all do not exceed (nearest rank). */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
