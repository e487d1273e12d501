// Which of a phone's lenses to use: by their labels, and where these tell nothing, by which of them focuses. No browser
// types: `camera.ts` opens them.

/** A camera as `enumerateDevices` lists it. */
export interface Lens {
  deviceId: string;
  label: string;
}

/** A camera that is open, and what it says of itself. */
export interface OpenLens {
  deviceId: string | undefined;
  /** `user`, `environment`, … */
  facing: string | undefined;
  /** How it can focus (`continuous`, `single-shot`, `manual`); none where the browser does not say. */
  focus: readonly string[] | undefined;
  close(): void;
}

/** The phone's cameras. */
export interface Lenses<Opened extends OpenLens> {
  /** Opens that camera; without a name, the one that the system takes for the rear one. */
  open(deviceId?: string): Promise<Opened>;
  /** All of them. Browsers tell labels only once the user has allowed a camera. */
  list(): Promise<readonly Lens[]>;
}

const REAR = /back|rear|environment|后置|後置|背面/i;
const FRONT = /front|user|facetime|前置|自拍/i;
/** Lenses that are wide, long, fixed-focus or fused: the card is out of focus or bent in them. */
const UNFIT = /ultra|wide-angle|超广角|超廣角|0\.5|tele|长焦|長焦|depth|infrared|\bir\b|macro|desk view/i;
/** Fused lenses switch over by themselves and mostly choose well, but the plain main lens is steadier. */
const FUSED = /dual|triple|双|雙|三/i;
/** Most lenses that are opened to see whether they focus: each costs the user a moment. */
const MOST_TRIED = 3;

/** Opens the rear main lens. */
export async function openRearLens<Opened extends OpenLens>(lenses: Lenses<Opened>): Promise<Opened> {
  const first = await lenses.open();
  // Not before: labels, and often the names, are known only now that the user has allowed a camera.
  const all = await lenses.list();
  const main = mainRearLens(all);
  if (main === undefined) return byFocus(lenses, first, all);
  if (main.deviceId === "" || main.deviceId === first.deviceId) return first;
  // Most phones open one lens at a time.
  first.close();
  return lenses.open(main.deviceId).catch(() => lenses.open());
}

/** Where labels tell nothing: `first`, unless it cannot focus or looks at the user, and another lens does better. */
async function byFocus<Opened extends OpenLens>(lenses: Lenses<Opened>, first: Opened, all: readonly Lens[]): Promise<Opened> {
  const selfie = first.facing === "user";
  if (!selfie && focuses(first) !== false) return first;
  const others = all.filter(({ deviceId, label }) => deviceId !== "" && deviceId !== first.deviceId && !FRONT.test(label));
  if (others.length === 0) return first;
  first.close();
  for (const { deviceId } of others.slice(0, MOST_TRIED)) {
    const lens = await lenses.open(deviceId).catch(() => undefined);
    if (lens === undefined) continue;
    const better = selfie ? lens.facing === "environment" && focuses(lens) !== false : lens.facing !== "user" && focuses(lens) === true;
    if (better) return lens;
    lens.close();
  }
  return lenses.open(first.deviceId).catch(() => lenses.open());
}

/** Whether a lens focuses by itself; `undefined` where it does not say. */
function focuses({ focus }: OpenLens): boolean | undefined {
  if (focus === undefined || focus.length === 0) return undefined;
  return focus.includes("continuous") || focus.includes("single-shot");
}

/** The rear main lens among `lenses`, or `undefined` where labels do not tell. */
export function mainRearLens(lenses: readonly Lens[]): Lens | undefined {
  const rear = lenses.filter(({ label }) => REAR.test(label) && !FRONT.test(label));
  const rank = ({ label }: Lens): number =>
    (UNFIT.test(label) ? 1000 : 0) + (FUSED.test(label) ? 100 : 0) + lensNumber(label);
  return rear.sort((a, b) => rank(a) - rank(b))[0];
}

/** Android numbers its lenses ("camera2 0, facing back"); the main one is the lowest. */
function lensNumber(label: string): number {
  return Math.min(Number(/camera2?\s+(\d+)/i.exec(label)?.[1] ?? 0), 99);
}
