import { muted, plain, type Text } from '../model.ts';
import { local } from '../telling.ts';
import { bullets, eachSection } from './section.ts';

/** What happened, sentence by sentence. */
export const story = eachSection('story', (of, { story: { sentences } }) => [
  bullets(sentences.map(({ timeMs, text }): Text => [muted(`${local(of, timeMs)}  `), plain(text)])),
]);
