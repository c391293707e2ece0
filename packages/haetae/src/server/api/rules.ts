import { z } from '@hono/zod-openapi';
import {
  Exception,
  Id,
  NewException,
  NewRule,
  page,
  Rule,
  RuleCosts,
  RuleDraft,
  RulePacks,
  RulePatch,
  RuleSource,
  RulesQuery,
  RuleTechnique,
  RuleVerdict,
} from '../api.ts';
import { HttpProblem } from '../http/problem.ts';
import { actorOf, audited } from './audit.ts';
import { type Api, body, json } from './endpoint.ts';

const NOTHING = { 204: { description: 'Done' } };
const missing = (what: string) => new HttpProblem(404, 'missing', `there is no such ${what}`);

/** Rules, and exceptions from them: what is looked for. */
export function ruleRoutes(api: Api): void {
  const { parts } = api;
  const { rules } = parts.ports;

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/rules',
      summary: 'A page of the rules that are loaded, with what they found',
      request: { query: RulesQuery },
      responses: { 200: json(page(Rule)) },
    },
    async (c) => {
      const { items, next } = await rules.list(c.req.valid('query'));
      return c.json({ items: [...items], next }, 200);
    },
  );

  api.add(
    'analyst',
    {
      method: 'patch',
      path: '/api/rules/{id}',
      summary: 'Switch a rule on or off',
      request: { params: Id, body: body(RulePatch) },
      responses: { 200: json(Rule) },
    },
    async (c) => {
      const { id } = c.req.valid('param');
      const { enabled } = c.req.valid('json');
      const rule = await rules.setEnabled(id, enabled, actorOf(c));
      await audited(parts, c, enabled ? 'rule.enable' : 'rule.disable', id, { title: rule.title });
      return c.json(rule, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/rules/{id}/source',
      summary: 'The text of a rule: its whole file',
      request: { params: Id },
      responses: { 200: json(RuleSource) },
    },
    async (c) => {
      const source = await rules.source(c.req.valid('param').id);
      if (source === undefined) throw missing('rule');
      return c.json(source, 200);
    },
  );

  api.add(
    'viewer',
    {
      method: 'post',
      path: '/api/rules/check',
      summary: 'What is wrong with the text of a rule; nothing is kept',
      request: { body: body(RuleDraft) },
      responses: { 200: json(RuleVerdict) },
    },
    async (c) => c.json(await rules.check(c.req.valid('json')), 200),
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/rules/techniques',
      summary: 'Techniques of ATT&CK that rules look for, those switched off apart',
      responses: { 200: json(z.array(RuleTechnique)) },
    },
    async (c) => c.json([...(await rules.techniques())], 200),
  );

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/rules/packs',
      summary: 'Where the rules in force came from, by their hashes',
      responses: { 200: json(RulePacks) },
    },
    async (c) => c.json(await rules.packs(), 200),
  );

  api.add(
    'analyst',
    {
      method: 'post',
      path: '/api/rules',
      summary: 'Put a rule in force, new or in place of one',
      request: { body: body(NewRule) },
      responses: { 200: json(Rule) },
    },
    async (c) => {
      const asked = c.req.valid('json');
      const rule = await rules.save(asked, actorOf(c));
      const replaces = asked.replaces ?? null;
      await audited(parts, c, 'rule.save', rule.id, { title: rule.title, replaces, text: asked.text });
      return c.json(rule, 200);
    },
  );

  api.add(
    'analyst',
    {
      method: 'delete',
      path: '/api/rules/{id}',
      summary: 'Take away a rule that was written here; one that it replaced is in force again',
      request: { params: Id },
      responses: NOTHING,
    },
    async (c) => {
      const { id } = c.req.valid('param');
      if (!(await rules.remove(id, actorOf(c)))) throw missing('rule that was written here');
      await audited(parts, c, 'rule.remove', id);
      return c.body(null, 204);
    },
  );

  api.add(
    'analyst',
    {
      method: 'get',
      path: '/api/rules/costs',
      summary: 'What each rule costs over the newest stored events; measured anew when the last measure is old',
      responses: { 200: json(RuleCosts) },
    },
    async (c) => c.json(await rules.costs(), 200),
  );
}

/** What is known and good. */
export function exceptionRoutes(api: Api): void {
  const { parts } = api;
  const { exceptions } = parts.ports;

  api.add(
    'viewer',
    {
      method: 'get',
      path: '/api/exceptions',
      summary: 'What is known to be harmless',
      responses: { 200: json(z.array(Exception)) },
    },
    async (c) => c.json([...(await exceptions.list())], 200),
  );

  api.add(
    'analyst',
    {
      method: 'post',
      path: '/api/exceptions',
      summary: 'Except what somebody vouches for',
      request: { body: body(NewException) },
      responses: { 201: json(Exception) },
    },
    async (c) => {
      const asked = c.req.valid('json');
      const made = await exceptions.create(asked, actorOf(c));
      const { title, ruleId, filter, reason } = asked;
      await audited(parts, c, 'exception.create', made.id, { title, ruleId, filter, reason });
      return c.json(made, 201);
    },
  );

  api.add(
    'analyst',
    {
      method: 'delete',
      path: '/api/exceptions/{id}',
      summary: 'End an exception',
      request: { params: Id },
      responses: NOTHING,
    },
    async (c) => {
      const { id } = c.req.valid('param');
      if (!(await exceptions.remove(id, actorOf(c)))) throw missing('exception');
      await audited(parts, c, 'exception.remove', id);
      return c.body(null, 204);
    },
  );
}
