/**
 * How well what somebody holds tells voters' grades. Voters are `{ cell, grades }` (one grade a target), a board is by
 * target and cell the grades in the order in which they stand there.
 */

/** So many standard deviations above chance are not chance: met once in a thousand million tries. */
export const mostDeviations = 6;
export const mostTimesChance = 1.2;

/**
 * Whether an order of the voters is the order of the board. In each cell the first voter gets the first grade, and so on,
 * for every target, forwards and backwards.
 *
 * @param {readonly { cell: number, grades: readonly number[] }[]} voters
 * @param {readonly number[]} order a number for each voter; they are sorted by it
 * @param {readonly (readonly (readonly number[])[])[]} board `board[target][cell]`
 */
export function matchOrder(voters, order, board) {
  const cells = Map.groupBy(
    [...voters.keys()].sort((left, right) => order[left] - order[right]),
    (index) => voters[index].cell,
  );
  const guesses = [false, true].map((isBackwards) => {
    const total = { hits: 0, expected: 0, variance: 0 };
    let worstCell = 0;
    for (const [cell, inOrder] of cells) {
      const own = { hits: 0, expected: 0, variance: 0 };
      const indexes = isBackwards ? inOrder.toReversed() : inOrder;
      for (const [target, byCell] of board.entries()) {
        const listed = byCell[cell];
        indexes.forEach((index, place) => (own.hits += listed[place] === voters[index].grades[target] ? 1 : 0));
        const chance = chanceOf(listed);
        own.expected += chance.expected;
        own.variance += chance.variance;
      }
      worstCell = Math.max(worstCell, deviationsOf(own));
      for (const key of Object.keys(total)) total[key] += own[key];
    }
    return { timesChance: total.hits / total.expected, deviations: Math.max(worstCell, deviationsOf(total)) };
  });
  return guesses.reduce((best, guess) => (guess.deviations > best.deviations ? guess : best));
}

/** Hits of a random assignment of a list to those whose grades it holds: their mean and variance. */
function chanceOf(listed) {
  const count = listed.length;
  const shares = [...Map.groupBy(listed, (grade) => grade).values()].map((same) => same.length / count);
  const agreeing = shares.reduce((sum, share) => sum + share * share, 0);
  if (count < 2) return { expected: count, variance: 0 };
  let squares = 0;
  for (const [row, left] of shares.entries()) {
    for (const [column, right] of shares.entries()) {
      squares += left * right * ((row === column ? 1 : 0) - left - right + agreeing) ** 2;
    }
  }
  return { expected: count * agreeing, variance: (count * count * squares) / (count - 1) };
}

function deviationsOf({ hits, expected, variance }) {
  return variance === 0 ? 0 : (hits - expected) / Math.sqrt(variance);
}

/**
 * Whether a fact about the voters tells their grades to who learns from accomplices: every second voter tells theirs, and
 * of the others those are guessed whose fact is the same, or nearest. Chance is what the published tables allow: the most
 * frequent grade of the cell.
 *
 * @param {readonly (string | number)[]} facts a text for each voter, or a number
 */
export function learnFrom(voters, facts, board) {
  const known = [...voters.keys()].filter((index) => index % 2 === 0);
  const asked = [...voters.keys()].filter((index) => index % 2 === 1);
  const neighbours = facts.every((fact) => typeof fact === 'number')
    ? nearestOf(known, asked, facts)
    : sameOf(known, asked, facts);
  let hits = 0;
  let byTables = 0;
  let worstTarget = 0;
  for (const [target, byCell] of board.entries()) {
    const modes = byCell.map((listed) => modeOf(listed));
    let own = 0;
    let chance = 0;
    for (const [place, index] of asked.entries()) {
      const { cell, grades } = voters[index];
      const alike = neighbours[place].map((other) => voters[other].grades[target]);
      own += (alike.length === 0 ? modes[cell] : modeOf(alike)) === grades[target] ? 1 : 0;
      chance += modes[cell] === grades[target] ? 1 : 0;
    }
    const share = Math.max(chance, 1) / asked.length;
    worstTarget = Math.max(worstTarget, (own - chance) / Math.sqrt(asked.length * share * (1 - share)));
    hits += own;
    byTables += chance;
  }
  return { timesChance: hits / Math.max(1, byTables), deviations: worstTarget };
}

const neighbourCount = 5;

function nearestOf(known, asked, facts) {
  const sorted = known.toSorted((left, right) => facts[left] - facts[right]);
  return asked.map((index) => {
    let from = sorted.findIndex((other) => facts[other] >= facts[index]);
    if (from === -1) from = sorted.length;
    return sorted
      .slice(Math.max(0, from - neighbourCount), from + neighbourCount)
      .toSorted((left, right) => Math.abs(facts[left] - facts[index]) - Math.abs(facts[right] - facts[index]))
      .slice(0, neighbourCount);
  });
}

function sameOf(known, asked, facts) {
  const byFact = Map.groupBy(known, (index) => facts[index]);
  return asked.map((index) => byFact.get(facts[index]) ?? []);
}

function modeOf(grades) {
  const counts = new Map();
  let best = grades[0];
  for (const grade of grades) {
    counts.set(grade, (counts.get(grade) ?? 0) + 1);
    if (counts.get(grade) > counts.get(best)) best = grade;
  }
  return best;
}
