import { isObject, type JsonObject } from '../../formats/json/shape.ts';
import { DEPTH_LIMIT } from '../../formats/json/values.ts';
import { emptyObject, type OtlpRecord, type OtlpResource } from './tree.ts';

/** The JSON encoding of ExportLogsServiceRequest: lowerCamelCase names, 64-bit integers as text. */
export function* resourcesOfJson(request: unknown): Generator<OtlpResource> {
  for (const resource of list(request, 'resourceLogs', 'resource_logs')) {
    const about = isObject(resource.resource) ? attributes(resource.resource.attributes) : emptyObject();
    const records: OtlpRecord[] = [];
    for (const scope of list(resource, 'scopeLogs', 'scope_logs'))
      for (const record of list(scope, 'logRecords', 'log_records'))
        records.push({
          time: String(record.timeUnixNano ?? record.time_unix_nano ?? ''),
          observed: String(record.observedTimeUnixNano ?? record.observed_time_unix_nano ?? ''),
          severity: String(record.severityText ?? record.severity_text ?? ''),
          body: anyValue(record.body, 0),
          attributes: attributes(record.attributes),
        });
    yield { attributes: about, records };
  }
}

function list(holder: unknown, ...names: string[]): JsonObject[] {
  if (!isObject(holder)) return [];
  for (const name of names) {
    const value = holder[name];
    if (Array.isArray(value)) return value.filter(isObject);
  }
  return [];
}

function attributes(value: unknown, depth = 0): Record<string, unknown> {
  const object = emptyObject();
  if (Array.isArray(value))
    for (const pair of value)
      if (isObject(pair) && typeof pair.key === 'string') object[pair.key] = anyValue(pair.value, depth + 1);
  return object;
}

function anyValue(value: unknown, depth: number): unknown {
  if (!isObject(value) || depth > DEPTH_LIMIT) return undefined;
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.intValue !== undefined) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : String(value.intValue);
  }
  if (value.doubleValue !== undefined) return value.doubleValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.bytesValue !== undefined) return value.bytesValue;
  if (isObject(value.kvlistValue)) return attributes(value.kvlistValue.values, depth);
  if (isObject(value.arrayValue) && Array.isArray(value.arrayValue.values))
    return value.arrayValue.values.map((item) => anyValue(item, depth + 1));
  return undefined;
}
