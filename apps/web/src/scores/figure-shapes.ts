/**
 * Front and back of a body, drawn as the regions of Lund and Browder. Pure. Each shape stands in a field of 200 × 412; right and left are the patient's:
 * on the front the right side is drawn left.
 */
export const FIGURE = { width: 200, height: 412 } as const;
export type Face = 'front' | 'back';

export interface Shape {
  /** The region of Lund and Browder. */
  id: string;
  face: Face;
  path: string;
  /** Drawn as in a mirror. */
  mirrored: boolean;
  /** Where its percentage is written, in drawn coordinates. */
  at: readonly [x: number, y: number];
}

type Half = Readonly<Record<string, { path: string; at: readonly [number, number] }>>;

const HEAD = 'M100 6 C118 6 127 22 126 40 C125 56 114 68 100 68 C86 68 75 56 74 40 C73 22 82 6 100 6 Z';
const NECK = 'M86 68 Q100 74 114 68 L117 89 Q100 94 83 89 Z';
const TRUNK = (foot: number) =>
  `M83 91 Q70 95 59 99 Q55 112 62 140 Q66 165 64 ${foot} L136 ${foot} Q134 165 138 140 Q145 112 141 99 Q130 95 117 91 Q100 96 83 91 Z`;

/** The side that is drawn left; the other is its mirror image. */
const LIMBS: Half = {
  upper_arm: { path: 'M57 100 Q44 103 41 119 L34 159 L53 164 L60 140 Q54 118 57 100 Z', at: [47, 134] },
  forearm: { path: 'M33 162 L52 167 Q49 196 42 220 L24 215 Q26 186 33 162 Z', at: [37, 191] },
  hand: { path: 'M23 218 L42 223 Q46 244 36 256 Q25 262 18 248 Q13 232 23 218 Z', at: [30, 238] },
  leg: { path: 'M70 303 L97 303 Q97 342 93 379 L76 379 Q66 342 70 303 Z', at: [83, 336] },
  foot: { path: 'M76 382 L93 382 Q97 396 95 405 Q80 412 64 405 Q67 393 76 382 Z', at: [80, 396] },
};
const FRONT: Half = {
  ...LIMBS,
  thigh: { path: 'M63 210 L85 210 L91 230 L99 240 L97 300 L70 300 Q58 252 63 210 Z', at: [79, 262] },
};
const BACK: Half = {
  ...LIMBS,
  thigh: { path: 'M61 238 Q80 246 99 240 L97 300 L70 300 Q60 266 61 238 Z', at: [80, 272] },
};
const BUTTOCK = { path: 'M64 190 L99 190 L99 238 Q80 243 61 235 Q60 210 64 190 Z', at: [81, 214] } as const;

function sides(half: Half, face: Face): Shape[] {
  return Object.entries(half).flatMap(
    ([
      part,
      {
        path,
        at: [x, y],
      },
    ]) => {
      const near = face === 'front' ? 'right' : 'left';
      const far = face === 'front' ? 'left' : 'right';
      return [
        { id: `${part}_${near}_${face}`, face, path, mirrored: false, at: [x, y] },
        { id: `${part}_${far}_${face}`, face, path, mirrored: true, at: [FIGURE.width - x, y] },
      ] satisfies Shape[];
    },
  );
}

const middle = (id: string, face: Face, path: string, y: number): Shape => ({ id, face, path, mirrored: false, at: [100, y] });

/** All 33 regions, each once. */
export const SHAPES: readonly Shape[] = [
  middle('head_front', 'front', HEAD, 36),
  middle('neck_front', 'front', NECK, 81),
  middle('trunk_front', 'front', TRUNK(207), 148),
  middle('genitalia', 'front', 'M87 210 L113 210 L107 231 Q100 239 93 231 Z', 221),
  ...sides(FRONT, 'front'),
  middle('head_back', 'back', HEAD, 36),
  middle('neck_back', 'back', NECK, 81),
  middle('trunk_back', 'back', TRUNK(187), 140),
  { id: 'buttock_left', face: 'back', path: BUTTOCK.path, mirrored: false, at: BUTTOCK.at },
  { id: 'buttock_right', face: 'back', path: BUTTOCK.path, mirrored: true, at: [FIGURE.width - BUTTOCK.at[0], BUTTOCK.at[1]] },
  ...sides(BACK, 'back'),
];

/** The same shape among the fewer regions of the rule of nines. */
const nine = (id: string): string => {
  const side = id.includes('_left') ? 'left' : 'right';
  if (/^(head|neck)/.test(id)) return 'head_neck';
  if (/^(upper_arm|forearm|hand)/.test(id)) return `arm_${side}`;
  if (/^(thigh|leg|foot)/.test(id)) return `leg_${side}`;
  if (/^buttock/.test(id)) return 'trunk_back';
  return id === 'genitalia' ? 'perineum' : id;
};

/**
 * Which region of an input each shape stands for, when its regions can be drawn: every region has a shape and every shape a region.
 * @returns undefined when they cannot.
 */
export function drawnAs(regions: readonly string[]): ((shape: Shape) => string) | undefined {
  for (const name of [(id: string) => id, nine]) {
    const named = new Set(SHAPES.map((shape) => name(shape.id)));
    if (named.size === regions.length && regions.every((id) => named.has(id))) return (shape) => name(shape.id);
  }
  return undefined;
}
