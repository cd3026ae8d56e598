// Where everything is in the REST API: the one place that a path stands in.

const e = encodeURIComponent;

export const calls = {
  me: () => "/v1/me",
  signOut: () => "/v1/me:signOut",

  sites: () => "/v1/sites",
  emergencies: () => "/v1/emergencies",
  orderEmergency: site => `/v1/sites/${e(site)}/emergency`,
  liftEmergency: site => `/v1/sites/${e(site)}/emergency:lift`,

  rollouts: () => "/v1/rollouts",
  rollout: id => `/v1/rollouts/${e(id)}`,
  watchRollout: id => `/v1/rollouts/${e(id)}:watch`,
  rolloutAct: (id, verb) => `/v1/rollouts/${e(id)}:${verb}`,

  versions: () => "/v1/policy/versions",
  version: number => `/v1/policy/versions/${e(number)}`,
  check: () => "/v1/policy:check",
  dryRun: () => "/v1/policy:dryRun",
  publish: () => "/v1/policy/versions",
  approvals: version => `/v1/policy/versions/${e(version)}/approvals`,
  statement: version => `/v1/policy/versions/${e(version)}/statement`,

  exclusions: () => "/v1/exclusions",
  ruleExclusion: site => `/v1/sites/${e(site)}/exclusions:rule`,
  reports: () => "/v1/reports",
  closeReport: id => `/v1/reports/${e(id)}:close`,

  logs: () => "/v1/logs",
  logEntries: log => `/v1/logs/${e(log)}/entries`,

  audit: () => "/v1/audit/records",
  verifyAudit: () => "/v1/audit:verify",
  exportAudit: () => "/v1/audit:export",
};
