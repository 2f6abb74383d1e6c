/** What `kubectl get` shows of the simulated resources: columns, and the cells of an object. */
import * as ApiServices from "../ApiServices.ts"
import type { Stored } from "../ObjectStore.ts"
import type { Resource } from "../Resources.ts"

type Type = "string" | "integer"

/** Columns of priority 1 are for `-o wide`. */
const column = (name: string, type: Type = "string", priority = 0) => ({
  name,
  type,
  format: name === "Name" ? "name" : "",
  description: "",
  priority
})

const byResource: Readonly<Partial<Record<Resource, ReadonlyArray<ReturnType<typeof column>>>>> = {
  nodes: [
    column("Name"),
    column("Status"),
    column("Roles"),
    column("Age"),
    column("Version"),
    column("Internal-IP", "string", 1),
    column("External-IP", "string", 1),
    column("OS-Image", "string", 1),
    column("Kernel-Version", "string", 1),
    column("Container-Runtime", "string", 1)
  ],
  pods: [
    column("Name"),
    column("Ready"),
    column("Status"),
    column("Restarts"),
    column("Age"),
    column("IP", "string", 1),
    column("Node", "string", 1),
    column("Nominated Node", "string", 1),
    column("Readiness Gates", "string", 1)
  ],
  namespaces: [column("Name"), column("Status"), column("Age")],
  configmaps: [column("Name"), column("Data", "integer"), column("Age")],
  apiservices: [column("Name"), column("Service"), column("Available"), column("Age")]
}

export const columns = (resource: Resource) => byResource[resource] ?? [column("Name"), column("Age")]

/** The parts of an object that its cells are made of. */
interface Body {
  readonly data?: object
  readonly spec?: { readonly nodeName?: string }
  readonly status?: {
    readonly phase?: string
    readonly podIP?: string
    readonly conditions?: ReadonlyArray<{ readonly type: string; readonly status: string }>
    readonly containerStatuses?: ReadonlyArray<{ readonly ready: boolean }>
    readonly addresses?: ReadonlyArray<{ readonly type: string; readonly address: string }>
    readonly nodeInfo?: Readonly<Record<string, unknown>>
  }
}

export const cells = (object: Stored, now: number): ReadonlyArray<unknown> => {
  const { data = {}, spec = {}, status = {} } = object.body() as Body
  const age = humanDuration(now - object.createdAt)
  switch (object.resource) {
    case "nodes": {
      const ready = status.conditions?.find(({ type }) => type === "Ready")?.status === "True"
      const address = (wanted: string) => status.addresses?.find(({ type }) => type === wanted)?.address ?? "<none>"
      const info = status.nodeInfo ?? {}
      return [
        object.name,
        ready ? "Ready" : "NotReady",
        "<none>",
        age,
        info["kubeletVersion"],
        address("InternalIP"),
        address("ExternalIP"),
        info["osImage"],
        info["kernelVersion"],
        info["containerRuntimeVersion"]
      ]
    }
    case "pods": {
      const containers = status.containerStatuses ?? []
      const ready = containers.filter((container) => container.ready).length
      return [
        object.name,
        `${ready}/${containers.length}`,
        status.phase,
        "0",
        age,
        status.podIP,
        spec.nodeName,
        "<none>",
        "<none>"
      ]
    }
    case "namespaces":
      return [object.name, status.phase, age]
    case "configmaps":
      return [object.name, Object.keys(data).length, age]
    case "apiservices":
      return [object.name, ...ApiServices.columnsOf(object), age]
    default:
      return [object.name, age]
  }
}

/** An age in its largest units, as kubectl's columns show it. */
const humanDuration = (millis: number) => {
  const seconds = Math.floor(millis / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (seconds < 0) return "<invalid>"
  if (seconds < 120) return `${seconds}s`
  if (minutes < 180) return `${minutes}m`
  if (hours < 48) return `${hours}h`
  return `${Math.floor(hours / 24)}d`
}
