import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtinCampaigns, checkCampaigns, FIRST_DAY } from '../../packages/haetae/src/scenario/index.ts';
import { createToken, serve } from '../chaos/serve.ts';
import { outcomeOf, shortcomings } from './campaign.ts';

/**
 * Every built-in campaign end to end: `haetae serve` is sent the campaign among the events of ordinary days (HAETAE_LAB_BACKGROUND a
 * host and working day, 100,000 without), and must have found what was expected, as one incident, ranked first, with a story of every stage.
 * HAETAE_LAB=name,name for some of them.
 */
const BACKGROUND = Number(process.env.HAETAE_LAB_BACKGROUND ?? 100_000);
const ONLY = process.env.HAETAE_LAB?.split(',');

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });

const { campaigns } = checkCampaigns(builtinCampaigns());

test.each(campaigns.filter(({ id }) => ONLY?.includes(id) ?? true))('$id', async (campaign) => {
  const data = mkdtempSync(join(tmpdir(), 'haetae-lab-'));
  try {
    const shipper = createToken(data, 'ingest');
    const reader = createToken(data, 'api', '--role', 'admin');
    const server = await serve({ data, port: await freePort(), args: ['--lang', 'en'] });
    try {
      const began = performance.now();
      const outcome = await outcomeOf(
        campaign,
        { seed: 1, firstDay: FIRST_DAY, background: BACKGROUND },
        { url: server.url, shipper, reader },
      );
      const { events, labels, findings, incidents, stepsOf } = outcome;
      const first = incidents[0];
      const ours = findings.filter((one) => stepsOf.get(one)!.length > 0).length;
      console.log(
        `${campaign.id}: ${events} events (${labels.length} of the campaign) in ${((performance.now() - began) / 1000).toFixed(0)} s; ${ours} findings of it, ${findings.length - ours} of the background; ${incidents.length} incidents, the first: ${first?.level} ${first?.risk} ${first?.title}`,
      );
      if (process.env.HAETAE_LAB_VERBOSE !== undefined)
        for (const one of findings)
          if (stepsOf.get(one)!.length === 0) console.log(`  background: ${one.level} ${one.title} (${one.host})`);
      expect(shortcomings(campaign, outcome)).toEqual([]);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
