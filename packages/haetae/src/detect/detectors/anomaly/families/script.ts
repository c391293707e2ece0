import { type Family, told, twoDigits } from '../family.ts';
import { flag, hour, MEASURES, measures, number, words } from '../features.ts';

const TEXT = ['ScriptBlockText', 'Payload'];
const CHANNELS = ['microsoft-windows-powershell/operational', 'powershellcore/operational'];

export const script: Family = {
  id: 'script',
  name: { en: 'script block', ko: '스크립트 블록' },
  kinds: CHANNELS.map((channel) => [channel, [4104]] as const),
  numbers: [...MEASURES, 'longestWord', 'noFile', 'suspicious'],
  keys: [{ id: 'hour', fields: [] }],
  words: true,
  features: scriptFeatures(),
  read(event, reader, out, at) {
    const text = told(event.get('ScriptBlockText'));
    if (text === undefined) return false;
    const { length, entropy, symbols, digits, longestWord } = reader.measure(text);
    out[at++] = twoDigits(length);
    out[at++] = entropy;
    out[at++] = symbols;
    out[at++] = digits;
    out[at++] = twoDigits(longestWord);
    out[at++] = told(event.get('Path')) === undefined ? 1 : 0;
    out[at++] = event.system('Level') === '3' ? 1 : 0;
    out[at++] = reader.hour(event);
    reader.tokens(text, out, at);
    return true;
  },
};

function scriptFeatures(): Family['features'] {
  return [
    words(TEXT),
    ...measures(TEXT, 'script', '스크립트'),
    number(
      'longestWord',
      TEXT,
      'longest stretch without a blank',
      '공백 없는 최장 구간',
      'characters',
      'Encoded payloads have none.',
      { log: true },
    ),
    flag('noFile', ['Path'], 'script without a file', '파일 없는 스크립트', 'Typed, piped, or made at run time.'),
    flag(
      'suspicious',
      ['Level'],
      'marked by PowerShell itself',
      'PowerShell이 표시한 스크립트',
      'Level warning: it holds words that PowerShell thinks suspicious.',
    ),
    hour,
  ];
}

/** Pipeline executions: what a command was given, by the command and its words. */
export const pipelineExecution: Family = {
  id: 'pipeline_execution',
  name: { en: 'PowerShell command', ko: 'PowerShell 명령' },
  kinds: CHANNELS.map((channel) => [channel, [4103]] as const),
  numbers: [...MEASURES, 'longestWord'],
  keys: [{ id: 'hour', fields: [] }],
  words: true,
  features: scriptFeatures().filter(({ id }) => id !== 'noFile' && id !== 'suspicious'),
  read(event, reader, out, at) {
    const text = told(event.get('Payload'));
    if (text === undefined) return false;
    const { length, entropy, symbols, digits, longestWord } = reader.measure(text);
    out[at++] = twoDigits(length);
    out[at++] = Math.round(entropy * 4) / 4;
    out[at++] = symbols;
    out[at++] = digits;
    out[at++] = twoDigits(longestWord);
    out[at++] = reader.hour(event);
    reader.tokens(text, out, at);
    return true;
  },
};
