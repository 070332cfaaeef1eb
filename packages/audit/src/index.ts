export { runAudit, type AuditOptions } from './audit.ts'
export type { Cell, Case, CellCheck, Check, DescriptionCheck, DescriptionVerdict, ProbeCheck } from './check.ts'
export type { Finding, Occurrence, Report, ReportCell, ReportRow, Untested } from './report/report.ts'
