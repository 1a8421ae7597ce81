/** What a published text claims, and what a run of ours says to it. */
import type { ReportSection } from 'bptt/charts';
import { print, printHeading, printParagraph } from '../../src/cli/terminal.js';

export interface Claim {
  /** In our words, with the published figure. */
  readonly claim: string;
  readonly verdict: 'holds' | 'does not hold' | 'cannot be told';
  /** The figures that decide. */
  readonly ours: string;
}

const STYLES = { holds: 'green', 'does not hold': 'red', 'cannot be told': 'yellow' } as const;

export function claimsSection(claims: readonly Claim[]): ReportSection {
  return {
    heading: 'Claims',
    blocks: [{
      kind: 'table', caption: 'What the published text says, and what this run says to it', rowHeading: 'Claim',
      columns: [{ name: 'Verdict', words: true }, { name: 'Figures of this run', words: true }],
      rows: claims.map(({ claim, verdict, ours }) => ({ name: claim, values: [verdict, ours] })),
    }],
  };
}

export function printClaims(claims: readonly Claim[]): void {
  printHeading('Claims');
  for (const { claim, verdict, ours } of claims) {
    printParagraph(claim, { text: `${verdict}:`, style: STYLES[verdict] });
    printParagraph(ours);
    print('');
  }
}
