/** What `npm audit --json` says, as a verdict. */

/** Severities for which a build fails. */
const SEVERE: readonly unknown[] = ['high', 'critical'];

/** `passed`: known to have no severe hole; `skipped`: nobody knows, as the registry did not say. */
export interface AuditVerdict {
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** For people: what was found, or why nothing was looked at. */
  readonly text: string;
}

/** Judges the output of `npm audit --json`; what is no report means that the registry gave none. */
export function judgeAudit(output: string): AuditVerdict {
  const report = parse(output);
  const found = report?.vulnerabilities;
  if (report?.auditReportVersion === undefined || !isRecord(found)) {
    const why = typeof report?.message === 'string' ? report.message : 'no report came back';
    return {
      outcome: 'skipped',
      text: `npm audit SKIPPED: the registry did not answer it (${why})`,
    };
  }
  const entries = Object.entries(found).map(([name, hole]): [string, unknown] => [
    name,
    isRecord(hole) ? hole.severity : undefined,
  ]);
  const severe = entries.filter(([, severity]) => SEVERE.includes(severity));
  if (severe.length === 0) {
    return { outcome: 'passed', text: `npm audit: nothing severe (${entries.length} found)` };
  }
  const list = severe.map(([name, severity]) => `${name} (${severity})`).join(', ');
  return { outcome: 'failed', text: `npm audit FAILED: update ${list}; npm audit says more` };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
