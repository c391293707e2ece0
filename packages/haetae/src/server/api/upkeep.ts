import { BackupMade, ExportMade, ExportWanted, ImportMade, ImportWanted, StoreStatus } from '../api-upkeep.ts';
import { audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

/** The store as a whole: an administrator's. Files are handed over in the data folder, where only the machine's owner takes them. */
export function upkeepRoutes(api: Api): void {
  const { parts } = api;
  const { upkeep } = parts.ports;

  api.add(
    'admin',
    {
      method: 'get',
      path: '/api/store',
      summary: 'How much is stored',
      responses: { 200: json(StoreStatus) },
    },
    async (c) => c.json(await upkeep.status(), 200),
  );

  api.add(
    'admin',
    {
      method: 'post',
      path: '/api/store/backups',
      summary: 'Copy the whole store as of one moment into a folder of `handover/`, while events come in',
      responses: { 201: json(BackupMade) },
    },
    async (c) => {
      const made = await upkeep.backup(c.req.raw.signal);
      await audited(parts, c, 'store.backup', made.handover, { events: made.status.events });
      return c.json(made, 201);
    },
  );

  api.add(
    'admin',
    {
      method: 'post',
      path: '/api/store/exports',
      summary: 'Write events as Parquet, a file a day and host, into a folder of `handover/`',
      request: { body: body(ExportWanted) },
      responses: { 201: json(ExportMade) },
    },
    async (c) => {
      const wanted = c.req.valid('json');
      const made = await upkeep.exportParquet(wanted, c.req.raw.signal);
      await audited(parts, c, 'store.export', made.handover, JSON.parse(JSON.stringify(wanted)));
      return c.json(made, 201);
    },
  );

  api.add(
    'admin',
    {
      method: 'post',
      path: '/api/store/imports',
      summary:
        'Take in Parquet that such an export wrote, from `handover/`; events that are there already are left out',
      request: { body: body(ImportWanted) },
      responses: { 200: json(ImportMade) },
    },
    async (c) => {
      const { handover } = c.req.valid('json');
      const made = await upkeep.importParquet(handover);
      await audited(parts, c, 'store.import', handover, made);
      return c.json(made, 200);
    },
  );
}
