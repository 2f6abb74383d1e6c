/** What the API server says about a node, a pod, a namespace: objects that look like real ones, made when asked for. */
import type { LiveNode, LivePod } from "./ClusterState.ts"
import type { Draft } from "./ObjectStore.ts"

export const namespace = (name: string): Draft => ({
  resource: "namespaces",
  namespace: "",
  name,
  labels: { "kubernetes.io/metadata.name": name },
  body: () => ({ spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } })
})

export const configMap = (namespace: string, name: string, data: Readonly<Record<string, string>>): Draft => ({
  resource: "configmaps",
  namespace,
  name,
  labels: {},
  body: () => ({ data })
})

export const node = (node: LiveNode): Draft => ({
  resource: "nodes",
  namespace: "",
  name: node.name,
  labels: node.labels,
  annotations: node.annotations,
  createdAt: node.startedAt,
  body: () => {
    const cores = capacityFor(node.usage.cpuNanocores / 1e9, 4)
    const memory = capacityFor(node.usage.memoryBytes / GiB, 8) * GiB
    const swap = node.usage.swapBytes === undefined ? undefined : capacityFor(node.usage.swapBytes / GiB, 2) * GiB
    const resources = (cpu: string, memory: number) => ({
      cpu,
      "ephemeral-storage": "101430960Ki",
      memory: `${memory / 1024}Ki`,
      pods: "110"
    })
    const condition = (type: string, status: string, reason: string) => ({
      type,
      status,
      reason,
      message: reason,
      lastHeartbeatTime: timestamp(node.startedAt),
      lastTransitionTime: timestamp(node.startedAt)
    })
    return {
      spec: { podCIDR: "10.244.0.0/24" },
      status: {
        capacity: resources(`${cores}`, memory),
        // what the kubelet keeps for itself and the system
        allocatable: resources(`${cores * 1000 - 100}m`, memory - 512 * MiB),
        conditions: [
          condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
          condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
          condition("PIDPressure", "False", "KubeletHasSufficientPID"),
          node.ready ? condition("Ready", "True", "KubeletReady") : condition("Ready", "False", "KubeletNotReady")
        ],
        addresses: [{ type: "InternalIP", address: node.address }, { type: "Hostname", address: node.name }],
        daemonEndpoints: { kubeletEndpoint: { Port: node.port } },
        nodeInfo: {
          machineID: "0f5ea3c06f4b4b1f9d5c6a7b8e9d0c1b",
          systemUUID: "0f5ea3c0-6f4b-4b1f-9d5c-6a7b8e9d0c1b",
          bootID: "7d0b9c52-3f1e-4c55-8f2a-1b7f0a9c8d6e",
          kernelVersion: "6.12.48-simulated",
          osImage: "Simulated Linux",
          containerRuntimeVersion: "containerd://2.1.4",
          kubeletVersion: "v1.36.2",
          kubeProxyVersion: "",
          operatingSystem: "linux",
          architecture: "amd64",
          ...(swap === undefined ? {} : { swap: { capacity: swap } })
        }
      }
    }
  }
})

export const pod = (pod: LivePod): Draft => ({
  resource: "pods",
  namespace: pod.namespace,
  name: pod.name,
  labels: pod.labels,
  createdAt: pod.startedAt,
  fields: { "spec.nodeName": pod.nodeName, "status.phase": pod.phase },
  body: () => {
    const startTime = timestamp(pod.startedAt)
    const running = pod.phase === "Running"
    return {
      spec: {
        containers: pod.containers.map(({ name, usage }) => ({
          name,
          image: `registry.example/${name}:1.0`,
          resources: {
            requests: {
              cpu: `${Math.max(10, Math.ceil(usage.cpuNanocores / 1e6 / 10) * 10)}m`,
              memory: `${Math.max(16, Math.ceil(usage.memoryBytes / MiB / 16) * 16)}Mi`
            }
          },
          imagePullPolicy: "IfNotPresent"
        })),
        restartPolicy: "Always",
        terminationGracePeriodSeconds: 30,
        dnsPolicy: "ClusterFirst",
        serviceAccountName: "default",
        nodeName: pod.nodeName,
        schedulerName: "default-scheduler",
        enableServiceLinks: true
      },
      status: {
        phase: pod.phase,
        conditions: ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"].map((
          type
        ) => ({
          type,
          status: running ? "True" : "False",
          lastTransitionTime: startTime
        })),
        hostIP: "127.0.0.1",
        podIP: "10.244.0.10",
        podIPs: [{ ip: "10.244.0.10" }],
        startTime,
        containerStatuses: pod.containers.map(({ name }) => ({
          name,
          state: running ? { running: { startedAt: startTime } } : { waiting: { reason: "ContainerCreating" } },
          lastState: {},
          ready: running,
          restartCount: 0,
          image: `registry.example/${name}:1.0`,
          imageID: "",
          started: running
        })),
        qosClass: "Burstable"
      }
    }
  }
})

const MiB = 1024 * 1024
const GiB = 1024 * MiB

/** A machine twice as large as what it carries; machines come in powers of two. */
const capacityFor = (used: number, smallest: number) =>
  Math.max(smallest, 2 ** Math.ceil(Math.log2(Math.max(1, used * 2))))

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export const timestamp = (millis: number) => new Date(millis).toISOString().replace(/\.\d+Z$/, "Z")
