/** Who may do what in the simulated cluster: roles as data, and one question asked of them. */

/** A user as Kubernetes' authentication knows one. */
export interface UserInfo {
  readonly username: string
  readonly uid?: string
  readonly groups: ReadonlyArray<string>
  readonly extra?: Readonly<Record<string, ReadonlyArray<string>>>
}

/** What a request wants to do with a resource; `""` where a part does not apply. */
export interface ResourceAttributes {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
}

export interface NonResourceAttributes {
  readonly verb: string
  readonly path: string
}

export type Attributes =
  | { readonly _tag: "Resource"; readonly resource: ResourceAttributes }
  | { readonly _tag: "NonResource"; readonly nonResource: NonResourceAttributes }

type Rule =
  | {
    readonly verbs: ReadonlyArray<string>
    readonly group: string
    /** `resource` or `resource/subresource`. */
    readonly resources: ReadonlyArray<string>
    readonly name?: string
  }
  /** A path ending in `*` stands for everything that begins so. */
  | { readonly verbs: ReadonlyArray<string>; readonly paths: ReadonlyArray<string> }

/** What a group or user may do, after the roles that every cluster has. */
const roles: Readonly<Record<string, ReadonlyArray<Rule>>> = {
  "group:system:unauthenticated": [
    { verbs: ["get"], paths: ["/healthz", "/livez", "/readyz", "/version", "/version/"] }
  ],
  "group:system:authenticated": [
    {
      verbs: ["get"],
      paths: [
        "/api",
        "/api/*",
        "/apis",
        "/apis/*",
        "/healthz",
        "/livez",
        "/openapi",
        "/openapi/*",
        "/readyz",
        "/version",
        "/version/"
      ]
    },
    {
      verbs: ["create"],
      group: "authorization.k8s.io",
      resources: ["selfsubjectaccessreviews"]
    },
    { verbs: ["create"], group: "authentication.k8s.io", resources: ["selfsubjectreviews"] }
  ],
  "user:system:serviceaccount:default:reader": [
    { verbs: ["*"], group: "metrics.k8s.io", resources: ["nodes", "pods"] },
    { verbs: ["*"], paths: ["*"] }
  ],
  "user:system:serviceaccount:kube-system:metrics-server": [
    { verbs: ["get"], group: "", resources: ["nodes/metrics"] },
    { verbs: ["get", "list", "watch"], group: "", resources: ["nodes", "pods"] },
    {
      verbs: ["get", "list", "watch"],
      group: "",
      resources: ["configmaps"],
      name: "extension-apiserver-authentication"
    },
    { verbs: ["create"], group: "authentication.k8s.io", resources: ["tokenreviews"] },
    { verbs: ["create"], group: "authorization.k8s.io", resources: ["subjectaccessreviews"] }
  ]
}

/** Whether some role of the user, or of one of its groups, allows this. */
export const allows = (user: UserInfo, attributes: Attributes) =>
  user.groups.includes("system:masters") ||
  [`user:${user.username}`, ...user.groups.map((group) => `group:${group}`)].some((subject) =>
    roles[subject]?.some((rule) => covers(rule, attributes)) === true
  )

const covers = (rule: Rule, attributes: Attributes) => {
  if (attributes._tag === "NonResource") {
    const { path, verb } = attributes.nonResource
    return "paths" in rule && matches(rule.verbs, verb) && rule.paths.some((pattern) => coversPath(pattern, path))
  }
  const { group, name, resource, subresource, verb } = attributes.resource
  return "resources" in rule && rule.group === group && matches(rule.verbs, verb) &&
    rule.resources.includes(subresource === "" ? resource : `${resource}/${subresource}`) &&
    (rule.name === undefined || rule.name === name)
}

const matches = (verbs: ReadonlyArray<string>, verb: string) => verbs.includes("*") || verbs.includes(verb)

const coversPath = (pattern: string, path: string) =>
  pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern
