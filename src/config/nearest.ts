/**
 * The word that a misspelt one most likely meant, or null when none is near: at most a third of its letters wrong,
 * case aside.
 */
export function nearest(misspelt: string, words: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(misspelt.length / 3));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const word of words) {
    const distance = editDistance(misspelt.toLowerCase(), word.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [word, distance];
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours. Source: optimal string alignment (Damerau 1964). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      }
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
