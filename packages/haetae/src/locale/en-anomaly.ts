/** English words about scores. */
export const enAnomaly = {
  title: (family: string, because: string) => `Unusual ${family}${because === '' ? '' : `: ${because}`}`,
  score: (score: string, p: string, among: string) => `score ${score}, p ${p} among ${among} events`,
  equal: (n: string) => `${n} equal events`,
  ordinaryIf: (what: string) => `would be ordinary if ${what}`,
  untold: 'not told',
  units: {
    bits: 'bits',
    characters: 'characters',
    'bits a character': 'bits/character',
    '%': '%',
    hour: 'h',
    seconds: 's',
    'a minute': '/min',
    hosts: 'hosts',
  },
};

export type AnomalyWords = typeof enAnomaly;
