import { type RuleWords, wordsOf } from '../../locale/index.ts';

type Errors = RuleWords['pull']['errors'];

/** A pull that could not be: nothing was changed. `say` tells why in any language. */
export class PullError extends Error {
  override readonly name = 'PullError';
  readonly say: (errors: Errors) => string;

  constructor(say: (errors: Errors) => string, cause?: unknown) {
    super(say(wordsOf('en').ruleTools.pull.errors), cause === undefined ? undefined : { cause });
    this.say = say;
  }
}
