import { enIncidents, type IncidentWords } from './en-incidents.ts';
import { koIncidents } from './ko-incidents.ts';
import type { Language } from './language.ts';

/** What is said of incidents alone: for pages, which need none of the other words. */
export const incidentWords = (language: Language): IncidentWords => (language === 'ko' ? koIncidents : enIncidents);
