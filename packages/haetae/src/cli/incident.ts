import { incidentTitle } from '../incident/index.ts';
import type { Context, IncidentFlags } from './flags.ts';
import { wholeIncidentJson } from './incident-json.ts';
import { incidentMarkdown } from './incident-markdown.ts';
import { idOption, pickIncident } from './incident-pick.ts';
import { assetsOption, budgetOption, budgetText, incidentsIn } from './incident-run.ts';
import { incidentTable } from './incident-table.ts';
import { incidentText } from './incident-text.ts';
import { anythingRead, conclude } from './receipt.ts';
import { json } from './rules-run.ts';
import { prepareScan } from './scan-run.ts';
import { seeMore } from './see-more.ts';
import { session } from './session.ts';
import { whyNothing } from './why-nothing.ts';

export async function incidentCommand(this: Context, flags: IncidentFlags, ...paths: string[]): Promise<void> {
  const { console } = this;
  const { words } = console;
  const id = idOption(flags.id, words);
  const budget = budgetOption(flags.budget, words);
  const assets = assetsOption(flags.assets, words);
  const prepared = await prepareScan(flags, words, console);
  await session(console, flags, paths, async (s) => {
    const done = await prepared.run(s, true);
    try {
      const { report } = await incidentsIn(done, assets);
      s.clearProgress();
      const { incidents } = report;
      const { out, zone } = s;
      if (id !== undefined && anythingRead(done.receipts)) {
        const one = pickIncident(incidents, id, words);
        if (flags.format === 'json') s.write(json(wholeIncidentJson(one, words)));
        else if (flags.format === 'md') s.write(incidentMarkdown(one, words, zone));
        else s.write(incidentText(one, words, zone, out));
      } else if (flags.format === 'json') s.write(json(incidents.map((one) => wholeIncidentJson(one, words))));
      else if (flags.format === 'md')
        s.write(incidents.map((one) => incidentMarkdown(one, words, zone)).join('\n---\n\n'));
      else {
        s.write(incidentTable(report, seeMore(paths, flags), words, zone, out));
        if (budget !== undefined)
          s.write(budgetText(incidents, budget, (one) => incidentTitle(one, words.lang), words, out));
      }
      if (done.findings.size === 0 && anythingRead(done.receipts)) console.stderr.write(whyNothing(done, words));
      const status = conclude(s, 'incident', done.receipts, flags.receipt, prepared.receipt(done));
      return status;
    } finally {
      done.findings.dispose();
    }
  });
}
