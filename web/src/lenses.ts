// Which of a phone's lenses to use. Labels are all that browsers tell before a lens is opened.

/** A camera as `enumerateDevices` lists it. */
export interface Lens {
  deviceId: string;
  label: string;
}

const REAR = /back|rear|environment|后置|後置|背面/i;
const FRONT = /front|user|facetime|前置|自拍/i;
/** Lenses that are wide, long, fixed-focus or fused: the card is out of focus or bent in them. */
const UNFIT = /ultra|wide-angle|超广角|超廣角|0\.5|tele|长焦|長焦|depth|infrared|\bir\b|macro|desk view/i;
/** Fused lenses switch over by themselves and mostly choose well, but the plain main lens is steadier. */
const FUSED = /dual|triple|双|雙|三/i;

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
