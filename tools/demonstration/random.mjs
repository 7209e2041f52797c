/**
 * Random numbers that come again: the same seed and labels give the same stream, on every machine. Whole numbers only,
 * because rounding is not the same everywhere.
 */

/**
 * A stream of its own for each thing that is made up, so that one thing more or less leaves the others as they are.
 *
 * @param {...(string | number)} labels
 */
export function randomOf(...labels) {
  const next = generatorOf(hashOf(labels.join('\u0000')));

  /** A whole number from 0 to `count` - 1. */
  const below = (count) => Math.floor((next() * count) / 0x1_0000_0000);

  return {
    below,
    /** From `least` to `most`, both possible. */
    between: (least, most) => least + below(most - least + 1),
    /** True in so many of a thousand cases. */
    perMille: (share) => below(1_000) < share,
    pick: (list) => list[below(list.length)],
    /** One of a table made by `weighted`. */
    draw: ({ items, bounds }) => {
      const mark = below(bounds.at(-1));
      let [low, high] = [0, bounds.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (bounds[middle] > mark) high = middle;
        else low = middle + 1;
      }
      return items[low];
    },
    /** The same things in another order. */
    shuffle: (list) => {
      const shuffled = [...list];
      for (let place = shuffled.length - 1; place > 0; place -= 1) {
        const other = below(place + 1);
        [shuffled[place], shuffled[other]] = [shuffled[other], shuffled[place]];
      }
      return shuffled;
    },
    hex: (length) => {
      let text = '';
      while (text.length < length) text += next().toString(16).padStart(8, '0');
      return text.slice(0, length);
    },
  };
}

/** A table for `draw`; weights are whole numbers. */
export function weighted(entries) {
  const bounds = [];
  let total = 0;
  for (const [, weight] of entries) bounds.push((total += weight));
  return { items: entries.map(([item]) => item), bounds };
}

/**
 * Shares a whole number out by weights, nothing lost: the largest remainders get what is left.
 *
 * @param {readonly number[]} weights whole numbers
 */
export function apportion(total, weights) {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const shares = weights.map((weight) => Math.floor((total * weight) / sum));
  const left = total - shares.reduce((all, share) => all + share, 0);
  weights
    .map((weight, place) => ({ place, remainder: (total * weight) % sum }))
    .sort((one, other) => other.remainder - one.remainder || one.place - other.place)
    .slice(0, left)
    .forEach(({ place }) => (shares[place] += 1));
  return shares;
}

/** Four words of state from a text (cyrb128). */
function hashOf(text) {
  let [a, b, c, d] = [1_779_033_703, 3_144_134_277, 1_013_904_242, 2_773_480_762];
  for (let place = 0; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    a = b ^ Math.imul(a ^ code, 597_399_067);
    b = c ^ Math.imul(b ^ code, 2_869_860_233);
    c = d ^ Math.imul(c ^ code, 951_274_213);
    d = a ^ Math.imul(d ^ code, 2_716_044_179);
  }
  a = Math.imul(c ^ (a >>> 18), 597_399_067);
  b = Math.imul(d ^ (b >>> 22), 2_869_860_233);
  c = Math.imul(a ^ (c >>> 17), 951_274_213);
  d = Math.imul(b ^ (d >>> 19), 2_716_044_179);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a];
}

/** The generator sfc32, whose numbers pass the usual tests. */
function generatorOf([a, b, c, d]) {
  const next = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return next;
}
