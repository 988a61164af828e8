/** What a strength comes to. All shares are 0 to 1: the part of a band that is taken away. */
export interface TouchUpAmounts {
  /** Finer than about 1/50 of the face: camera noise, and a little of pores and stubble. */
  readonly fine: number;
  /** Wrinkles, bags, blemishes: up to about a tenth of the face. */
  readonly middle: number;
  /** Blotches and shine, up to about a quarter of the face. The shape of the face lies above. */
  readonly broad: number;
  /** Redness and other spots of colour, towards the skin round them. */
  readonly even: number;
  /** What is left of a colour cast of whole regions, towards the face's own tone. */
  readonly pull: number;
  /** Of the lift that the darkness of the room calls for. */
  readonly lift: number;
}

/** The strength at which the shares below hold: the default setting. */
const DESIGN_STRENGTH = 60;
const DESIGN: TouchUpAmounts = { fine: 0.08, middle: 0.6, broad: 0.22, even: 0.45, pull: 0.1, lift: 0.7 };

/**
 * The amounts of a strength, 0 to 100. What is *kept* of a band is a power of the strength: equal steps of the slider look
 * equal, 0 is nothing, and 100 still keeps a quarter of the wrinkles.
 */
export function touchUpAmounts(strength: number): TouchUpAmounts {
  const share = (design: number): number => 1 - (1 - design) ** (strength / DESIGN_STRENGTH);
  return {
    fine: share(DESIGN.fine),
    middle: share(DESIGN.middle),
    broad: share(DESIGN.broad),
    even: share(DESIGN.even),
    pull: share(DESIGN.pull),
    lift: share(DESIGN.lift),
  };
}
