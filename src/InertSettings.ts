/** Flags of the original that have no meaning here, and why: they are understood, checked, and do nothing. */
import { Option } from "effect"
import * as ListSetting from "./ListSetting.ts"
import * as Setting from "./Setting.ts"

interface Group {
  readonly why: string
  readonly settings: ReadonlyArray<Setting.Setting<unknown>>
}

const texts = (...names: ReadonlyArray<string>) => names.map((name) => Setting.optionalText(name, "TEXT", ""))
const lists = (...names: ReadonlyArray<string>) => names.map((name) => ListSetting.texts(name, "", []))
const numbers = (...names: ReadonlyArray<string>) => names.map((name) => Setting.count(name, "", 0))
const switches = (...names: ReadonlyArray<string>) => names.map((name) => Setting.boolean(name, ""))
const durations = (...names: ReadonlyArray<string>) => names.map((name) => Setting.optionalDuration(name, ""))
const quantities = (...names: ReadonlyArray<string>) => names.map((name) => Setting.quantity(name, ""))
const fractions = (...names: ReadonlyArray<string>) =>
  names.map((name) => Setting.fraction(name, "", Number.MAX_SAFE_INTEGER))
const gates = (...names: ReadonlyArray<string>) =>
  names.map((name) =>
    ListSetting.formed(name, "", {
      metavar: "KEY=BOOLEAN",
      expected: "a comma-separated list of gates with =true or =false",
      parse: (text) => /^[^=]+=(true|false)$/i.test(text) ? Option.some(text) : Option.none()
    })
  )

const auditBackend = (backend: string) => [
  ...numbers(
    `${backend}-batch-buffer-size`,
    `${backend}-batch-max-size`,
    `${backend}-batch-throttle-burst`,
    `${backend}-truncate-max-batch-size`,
    `${backend}-truncate-max-event-size`
  ),
  ...durations(`${backend}-batch-max-wait`),
  ...switches(`${backend}-batch-throttle-enable`, `${backend}-truncate-enabled`),
  ...fractions(`${backend}-batch-throttle-qps`),
  ...texts(`${backend}-mode`, `${backend}-version`)
]

export const groups: ReadonlyArray<Group> = [
  {
    why: "No audit log is written: the kube-apiserver audits every request that it passes on.",
    settings: [
      ...texts("audit-policy-file", "audit-log-path", "audit-log-format", "audit-webhook-config-file"),
      ...switches("audit-log-compress"),
      ...numbers("audit-log-maxage", "audit-log-maxbackup", "audit-log-maxsize"),
      ...durations("audit-webhook-initial-backoff"),
      ...auditBackend("audit-log"),
      ...auditBackend("audit-webhook")
    ]
  },
  {
    why: "There is no profile of Go to be had, and requests are not queued by priority.",
    settings: [
      ...switches("profiling", "contention-profiling", "enable-priority-and-fairness"),
      ...texts("debug-socket-path")
    ]
  },
  {
    why: "Log lines go to standard error at once.",
    settings: [
      ...durations("log-flush-frequency"),
      ...switches("log-json-split-stream", "log-text-split-stream"),
      ...quantities("log-json-info-buffer-size", "log-text-info-buffer-size")
    ]
  },
  {
    why:
      "Nothing is watched, written or kept in etcd here, so there is no such request to bound and nothing to wait for.",
    settings: [
      ...numbers("max-mutating-requests-inflight", "min-request-timeout"),
      ...durations("shutdown-watch-termination-grace-period", "storage-initialization-timeout")
    ]
  },
  {
    why: "This server has no gates and behaves as no other version of itself.",
    settings: [
      ...gates("feature-gates"),
      ...lists("emulated-version", "min-compatibility-version"),
      ...switches("emulation-forward-compatible", "runtime-config-emulation-forward-compatible")
    ]
  },
  {
    why: "The aggregation layer finds this server by its Service, and browsers do not come here.",
    settings: [...texts("advertise-address", "external-hostname"), ...lists("cors-allowed-origins")]
  },
  {
    why: "Addresses are always shared: Node.js sets SO_REUSEADDR wherever it listens.",
    settings: switches("permit-address-sharing")
  }
]

export const settings = groups.flatMap((group) => group.settings)
