import { z } from '@hono/zod-openapi';
import type { KeptScore } from '../../scenario/index.ts';
import { Id } from '../api.ts';
import { Calls, CanaryTry, Grades, LabEntry, LabReportQuery, LabScore, NewCanary, NewLabScore } from '../api-lab.ts';
import { mayAct } from '../auth/principal.ts';
import type { Ctx } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { attached } from './attached.ts';
import { actorOf, audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

const missing = new HttpProblem(404, 'missing', 'there is no such score card');
const binary = z.string().openapi({ format: 'binary' });

/** Score cards of exercises, the calls of those who practise, the canary. */
export function labRoutes(api: Api): void {
  const { parts } = api;
  const { lab } = parts.ports;

  /** An exercise is told only to who has made his calls, and to who runs it. */
  const isTold = (c: Ctx, { exercise, attempts }: KeptScore): boolean =>
    !exercise ||
    mayAct(c.get('principal').role, 'responder') ||
    attempts.some(({ actor }) => actor === c.get('principal').id);
  const told = (c: Ctx, id: string): KeptScore => {
    const kept = lab.get(id);
    if (kept === undefined) throw missing;
    if (!isTold(c, kept)) throw new HttpProblem(403, 'forbidden', 'make your own calls first');
    return kept;
  };
  const entryOf = (c: Ctx, kept: KeptScore): LabEntry => {
    const { card, exercise, attempts } = kept;
    const times = card.steps.flatMap(({ firstMs, lastMs }) =>
      firstMs === null || lastMs === null ? [] : [firstMs, lastMs],
    );
    const own = attempts.find(({ actor }) => actor === c.get('principal').id);
    const { tactics, techniques, medianLatencyMs } = card;
    const detected = card.steps.filter(({ verdict }) => verdict.kind === 'detected').length;
    return {
      ...{ id: card.id, title: card.title, madeMs: card.madeMs, exercise },
      hosts: [...new Set(card.steps.flatMap(({ hosts }) => hosts))].sort(),
      fromMs: times.length === 0 ? null : Math.min(...times),
      toMs: times.length === 0 ? null : Math.max(...times),
      result: isTold(c, kept) ? { steps: card.steps.length, detected, medianLatencyMs, tactics, techniques } : null,
      grades: own?.grades ?? null,
      attempts: attempts.map(({ name, atMs, grades: { mark, named, steps } }) => ({ name, atMs, mark, named, steps })),
    } as LabEntry;
  };

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/lab/scores',
      summary: 'Score cards, the newest first',
      responses: { 200: json(z.array(LabEntry)) },
    },
    async (c) =>
      c.json(
        lab.list().map((kept) => entryOf(c, kept)),
        200,
      ),
  );
  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/lab/scores/{id}',
      summary: 'A score card whole; of an exercise once one has made his own calls',
      request: { params: Id },
      responses: { 200: json(LabScore) },
    },
    async (c) => c.json(told(c, c.req.valid('param').id).card as LabScore, 200),
  );
  api.add(
    'responder',
    {
      method: 'post',
      path: '/api/lab/scores',
      summary: 'Keep a score card',
      request: { body: body(NewLabScore) },
      responses: { 201: json(z.object({ id: z.string() })) },
    },
    async (c) => {
      const { card, exercise } = c.req.valid('json');
      lab.add(card, exercise);
      await audited(parts, c, 'lab.score', card.id, { title: card.title, exercise });
      return c.json({ id: card.id }, 201);
    },
  );
  api.add(
    'responder',
    {
      method: 'delete',
      path: '/api/lab/scores/{id}',
      summary: 'Remove a score card',
      request: { params: Id },
      responses: { 204: { description: 'Removed' } },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      if (!lab.remove(id)) throw missing;
      await audited(parts, c, 'lab.remove', id);
      return c.body(null, 204);
    },
  );
  api.add(
    'viewer',
    {
      method: 'post',
      path: '/api/lab/scores/{id}/calls',
      summary: 'One’s own calls of an exercise, graded; once a person',
      request: { params: Id, body: body(Calls) },
      responses: { 201: json(Grades) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const actor = actorOf(c);
      const grades = lab.grade(id, c.req.valid('json').calls, { actor: actor.id, name: actor.name, atMs: parts.now() });
      await audited(parts, c, 'lab.calls', id, { mark: grades.mark });
      return c.json(grades as Grades, 201);
    },
  );
  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/lab/scores/{id}/report',
      summary: 'A score card as PDF, HTML, Markdown or a layer of ATT&CK Navigator',
      request: { params: Id, query: LabReportQuery },
      responses: {
        200: {
          description: 'The file',
          content: {
            'application/pdf': { schema: binary },
            'text/html': { schema: z.string() },
            'text/markdown': { schema: z.string() },
            'application/json': { schema: z.unknown() },
          },
        },
      },
    },
    async (c) => {
      const { card } = told(c, c.req.valid('param').id);
      const file = await lab.report(card, c.req.valid('query'));
      return attached(c, file) as never;
    },
  );
  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/lab/canary',
      summary: 'What became of the last canaries',
      responses: { 200: json(z.array(CanaryTry)) },
    },
    async (c) => c.json([...lab.canary.list()], 200),
  );
  api.add(
    'responder',
    {
      method: 'post',
      path: '/api/lab/canary',
      summary: 'Take in one harmless, marked event of the lab, whose finding is then waited for',
      request: { body: body(NewCanary) },
      responses: { 201: json(CanaryTry) },
    },
    async (c) => {
      const played = await lab.canary.play(c.req.valid('json').within * 1000);
      await audited(parts, c, 'lab.canary', played.id);
      return c.json(played, 201);
    },
  );
}
