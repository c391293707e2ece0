import {
  type ApplicationText,
  ArgumentParseError,
  EnumValidationError,
  FlagNotFoundError,
  formatMessageForArgumentScannerError,
  InvalidNegatedFlagSyntaxError,
  text_en,
  UnexpectedFlagError,
  UnsatisfiedFlagError,
} from '@stricli/core';
import type { Words } from '../locale/index.ts';
import { UsageError } from './usage.ts';

/** What the parser of the command line says, in the user's language; our own errors without a stack. */
export function applicationText(words: Words): ApplicationText {
  const failed = (error: unknown): string => {
    if (error instanceof UsageError) return `haetae: ${error.message}`;
    return `haetae: ${words.errors.internal}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  };
  const shared: ApplicationText = {
    ...text_en,
    exceptionWhileRunningCommand: failed,
    exceptionWhileLoadingCommandFunction: failed,
    exceptionWhileLoadingCommandContext: failed,
    commandErrorResult: failed,
    exceptionWhileParsingArguments: (error) => `haetae: ${argumentError(error, words)}`,
    noCommandRegisteredForInput: ({ input, corrections }) =>
      `haetae: ${words.errors.unknownCommand(input, corrections.join(', '))}`,
  };
  if (words.lang === 'en') return shared;
  return {
    ...shared,
    keywords: { default: '기본값 =', separator: '구분자 =' },
    headers: { usage: '사용법', aliases: '별칭', commands: '명령', flags: '플래그', arguments: '인수' },
    briefs: {
      help: '도움말을 출력하고 끝냅니다',
      helpAll: '모든 도움말을 출력하고 끝냅니다',
      version: '버전을 출력하고 끝냅니다',
      argumentEscapeSequence: '이 뒤의 입력은 모두 인수로 봅니다',
    },
  };
}

function argumentError(error: unknown, words: Words): string {
  const { errors } = words;
  if (error instanceof FlagNotFoundError)
    return errors.unknownFlag(flag(error.input), error.corrections.map(flag).join(', '));
  if (error instanceof EnumValidationError) {
    return errors.notOneOf(flag(error.externalFlagName), error.input, error.values.join(', '));
  }
  if (error instanceof UnsatisfiedFlagError) return errors.needsValue(flag(error.externalFlagName));
  if (error instanceof UnexpectedFlagError) return errors.givenTwice(flag(error.externalFlagName), error.input);
  if (error instanceof InvalidNegatedFlagSyntaxError) return errors.takesNoValue(flag(error.externalFlagName));
  if (error instanceof ArgumentParseError) return `${flag(error.externalFlagNameOrPlaceholder)}: ${error.input}`;
  return formatMessageForArgumentScannerError(error as never, {});
}

/** `minLevel` as it is written on the command line. */
function flag(name: string): string {
  if (name.startsWith('-')) return name;
  const kebab = name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
  return kebab.length === 1 ? `-${kebab}` : `--${kebab}`;
}
