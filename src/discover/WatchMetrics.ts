/** How well we follow what the kube-apiserver has, by the path of each collection. */
import { Effect } from "effect"
import * as MetricFamily from "../MetricFamily.ts"

const families = Effect.all({
  objects: MetricFamily.gauge<"path">("resource_metrics_watch_objects", "Objects that are known"),
  healthy: MetricFamily.gauge<"path">(
    "resource_metrics_watch_healthy",
    "Whether list and watch work since a first list was complete; while they do not, what is known stays in use"
  ),
  lastContact: MetricFamily.gauge<"path">(
    "resource_metrics_watch_last_contact_timestamp_seconds",
    "When the kube-apiserver last sent something: seconds since the epoch, 0 for never"
  ),
  lists: MetricFamily.counter<"path">("resource_metrics_watch_lists_total", "Complete lists"),
  failures: MetricFamily.counter<"path">("resource_metrics_watch_failures_total", "Lists and watches that broke"),
  malformed: MetricFamily.counter<"path">(
    "resource_metrics_watch_malformed_objects_total",
    "Objects that lack what this server reads of them"
  )
})

/** Counters of one collection, and where to read what is true of it now. */
export const make = (path: string, now: {
  objects(): number
  healthy(): boolean
  /** Milliseconds since the epoch; 0 for never. */
  lastContact(): number
}) =>
  Effect.map(families, ({ failures, healthy, lastContact, lists, malformed, objects }) => {
    objects.read({ path }, now.objects)
    healthy.read({ path }, () => Number(now.healthy()))
    lastContact.read({ path }, () => now.lastContact() / 1000)
    return {
      listed: lists.series({ path }),
      failed: failures.series({ path }),
      malformed: malformed.series({ path })
    }
  })
