import { Drift, ScoreBaseline, ServerSettings, SettingsPatch } from '../api-settings.ts';
import { HttpProblem } from '../http/problem.ts';
import { actorOf, audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

/** What administrators set, and the baseline of scores. */
export function settingsRoutes(api: Api): void {
  const { parts } = api;
  const { settings, scores } = parts.ports;

  api.add(
    'admin',
    {
      method: 'get',
      path: '/api/settings',
      summary: 'How long is kept what comes in, and how agents behave',
      responses: { 200: json(ServerSettings) },
    },
    async (c) => c.json(settings.get(), 200),
  );

  api.add(
    'admin',
    {
      method: 'patch',
      path: '/api/settings',
      summary: 'Change them, at once',
      request: { body: body(SettingsPatch) },
      responses: { 200: json(ServerSettings) },
    },
    async (c) => {
      const change = c.req.valid('json');
      const now = settings.get();
      const fixed = (['retention', 'agents'] as const).find((one) => change[one] !== undefined && now[one].fixed);
      if (fixed !== undefined)
        throw new HttpProblem(409, 'fixed', 'this was given when the server was started: change it there', {
          at: `json.${fixed}`,
        });
      const changed = await settings.update(change, actorOf(c));
      if (change.agents !== undefined) parts.configureAgents();
      await audited(parts, c, 'settings.update', '', JSON.parse(JSON.stringify(change)));
      return c.json(changed, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/anomalies/baseline',
      summary: 'What scores are held against',
      responses: { 200: json(ScoreBaseline) },
    },
    async (c) => c.json(scores.baseline(), 200),
  );

  api.add(
    'analyst',
    {
      method: 'get',
      path: '/api/anomalies/drift',
      summary: 'How far what is stored lies from the baseline; measured anew when the last measure is old',
      responses: { 200: json(Drift) },
    },
    async (c) => c.json(await scores.drift(), 200),
  );
}
