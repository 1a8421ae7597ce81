/** The report of a study: its result first, then its sections, the claims, and how it was run. */
import { htmlReport } from 'bptt/charts';
import { count, rowName } from '../../src/cli/wording.js';
import { claimsSection } from './claims.js';
import type { StudyResult } from './study.js';

type ReportedResult = Pick<StudyResult, 'title' | 'headline' | 'warning' | 'sections' | 'claims' | 'source' | 'settings'>;

/** @param facts of the run: size, command, seed, backend, time. */
export function studyReport({ title, headline, warning, sections, claims, source, settings }: ReportedResult, full: boolean, facts: readonly (readonly [string, string | number])[]): string {
  const table = source?.table;
  return htmlReport({
    title,
    subtitle: `${full ? 'Full run, as published' : 'Quick run: smaller than published'}${source && table ? ` · ${source.name} · ${count(table.rows, 'row')}, ${rowName(table.dates, 0)} to ${rowName(table.dates, table.rows - 1)}` : ''}`,
    sections: [
      { heading: 'Result', blocks: [{ kind: warning ? 'warning' : 'note', text: headline }] },
      ...sections, claimsSection(claims),
      { heading: 'How it was run', blocks: [{ kind: 'facts', facts }, { kind: 'data', summary: 'Settings', data: settings }] },
    ],
    footer: facts.filter(([name]) => name === 'command' || name === 'seed').map(([name, value]) => `${name} ${value}`).join(' · '),
  });
}
