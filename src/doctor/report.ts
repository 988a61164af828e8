import type { Verdict } from './diagnose.js';
import type { Facts } from './facts.js';
import { type Finding, type FindingSeverity, listOf } from './finding.js';

/** How a piece of the report is shown; the command line gives it colours where the terminal has them. */
export type ReportStyle = FindingSeverity | 'command' | 'dim';

/** Dresses a text for the terminal, or returns it as it is. */
export type Paint = (style: ReportStyle, text: string) => string;

const WORD_WIDTH = 'warning'.length;
const INDENT = ' '.repeat(WORD_WIDTH + 2);

/** The report of `mien doctor`, line by line: what is well in short lines, then each problem with its commands. */
export function reportLines(facts: Facts, findings: readonly Finding[], verdict: Verdict, paint: Paint): string[] {
  const rank: Readonly<Record<FindingSeverity, number>> = { ok: 0, note: 1, warning: 2, error: 3 };
  // The worst last: it stands where the eye is when the report has been printed.
  const sorted = [...findings].sort((a, b) => rank[a.severity] - rank[b.severity]);
  return [
    paint('dim', `${facts.system.distribution}, Linux ${facts.system.kernelRelease}`),
    '',
    ...sorted.flatMap((finding) => findingLines(finding, paint)),
    '',
    verdictLine(verdict),
  ];
}

function findingLines({ severity, title, found, advice, fix }: Finding, paint: Paint): string[] {
  const word = paint(severity, severity.padEnd(WORD_WIDTH));
  if (severity === 'ok') return [`${word}  ${title}${found ? paint('dim', `: ${found}`) : ''}`];
  return [
    '',
    `${word}  ${title}`,
    `${INDENT}${found}`,
    ...(advice === null ? [] : [`${INDENT}${advice}`]),
    ...fix.map((command) => `${INDENT}  ${paint('command', command)}`),
  ];
}

function verdictLine({ canRun, sources, outputs }: Verdict): string {
  if (!canRun) return 'mien cannot run on this machine as it is: see the errors above.';
  const isCamera = outputs.some((output) => output !== 'preview page');
  const way = `mien can run: pictures from ${listOf(sources)}, out to ${listOf(outputs)}.`;
  return isCamera ? way : `${way} No other program will see it as a camera yet.`;
}
