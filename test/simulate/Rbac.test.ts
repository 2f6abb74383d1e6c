/** Role-based access control, by the examples of https://kubernetes.io/docs/reference/access-authn-authz/rbac */
import { assert, describe, it } from "@effect/vitest"
import type { Attributes, ResourceAttributes } from "../../src/simulate/Attributes.ts"
import * as Rbac from "../../src/simulate/Rbac.ts"

const jane = { username: "jane", groups: ["devs", "system:authenticated"] }

const robot = { username: "system:serviceaccount:shop:robot", groups: ["system:serviceaccounts"] }

const ask = (asked: Partial<ResourceAttributes>): Attributes => ({
  _tag: "Resource",
  resource: { verb: "get", group: "", resource: "pods", subresource: "", namespace: "shop", name: "", ...asked }
})

const path = (path: string): Attributes => ({ _tag: "NonResource", nonResource: { verb: "get", path } })

const role = (rules: ReadonlyArray<Rbac.PolicyRule>, more: Partial<Rbac.Role> = {}): Rbac.Role => ({
  namespace: "",
  name: "r",
  labels: {},
  rules,
  aggregates: [],
  ...more
})

const binding = (more: Partial<Rbac.Binding> = {}): Rbac.Binding => ({
  namespace: "",
  name: "b",
  roleRef: { kind: "ClusterRole", name: "r" },
  subjects: [{ kind: "User", name: "jane" }],
  ...more
})

/** What one rule, bound to jane, allows of these. */
const allowed = (rule: Rbac.PolicyRule, ...asked: ReadonlyArray<Attributes>) => {
  const policy = { roles: [role([rule])], bindings: [binding()] }
  return asked.map((attributes) => Rbac.allowing(policy, jane, attributes) !== undefined)
}

const pods = { apiGroups: [""], resources: ["pods"], verbs: ["get"] }

describe("a rule", () => {
  it("covers its verbs, groups and resources, and no others", () => {
    assert.deepStrictEqual(
      allowed(pods, ask({}), ask({ verb: "list" }), ask({ group: "apps" }), ask({ resource: "nodes" })),
      [true, false, false, false]
    )
  })

  it("covers a subresource only when it names it", () => {
    const log = ask({ subresource: "log" })
    assert.deepStrictEqual(allowed(pods, log), [false])
    assert.deepStrictEqual(allowed({ ...pods, resources: ["pods/log"] }, log, ask({})), [true, false])
    assert.deepStrictEqual(allowed({ ...pods, resources: ["*/log"] }, log, ask({})), [true, false])
    assert.deepStrictEqual(allowed({ ...pods, resources: ["*"] }, log, ask({})), [true, true])
  })

  it("has wildcards for verbs and groups", () => {
    const all = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }
    assert.deepStrictEqual(allowed(all, ask({ verb: "delete", group: "apps", resource: "deployments" })), [true])
  })

  it("with resourceNames covers these alone, so that nothing is listed or created by it", () => {
    const named = { ...pods, resourceNames: ["a"], verbs: ["*"] }
    assert.deepStrictEqual(
      allowed(named, ask({ name: "a" }), ask({ name: "b" }), ask({ verb: "list" }), ask({ verb: "create" })),
      [true, false, false, false]
    )
  })

  it("covers paths as they are, and below a star at the end", () => {
    const paths = { nonResourceURLs: ["/healthz", "/metrics/*"], verbs: ["get"] }
    assert.deepStrictEqual(
      allowed(paths, path("/healthz"), path("/healthz/ping"), path("/metrics/cadvisor"), path("/metrics"), ask({})),
      [true, false, true, false, false]
    )
  })
})

describe("a binding", () => {
  const by = (bound: Rbac.Binding, user: typeof jane, attributes: Attributes, roles = [role([pods])]) =>
    Rbac.allowing({ roles, bindings: [bound] }, user, attributes) !== undefined

  it("is for users, groups and service accounts", () => {
    assert.isTrue(by(binding({ subjects: [{ kind: "Group", name: "devs" }] }), jane, ask({})))
    const account = { kind: "ServiceAccount", name: "robot", namespace: "shop" }
    assert.isTrue(by(binding({ subjects: [account] }), robot, ask({})))
    assert.isFalse(by(binding({ subjects: [{ ...account, namespace: "other" }] }), robot, ask({})))
    assert.isFalse(by(binding({ subjects: [{ kind: "User", name: "devs" }] }), jane, ask({})))
  })

  it("in a namespace allows there, and no path", () => {
    const inShop = binding({ namespace: "shop" })
    assert.isTrue(by(inShop, jane, ask({})))
    assert.isFalse(by(inShop, jane, ask({ namespace: "other" })))
    assert.isFalse(by(inShop, jane, ask({ namespace: "" })))
    assert.isFalse(by(inShop, jane, path("/healthz"), [role([{ nonResourceURLs: ["*"], verbs: ["*"] }])]))
  })

  it("in a namespace finds a Role there, and a ClusterRole anywhere", () => {
    const roleRef = { kind: "Role", name: "r" }
    assert.isTrue(by(binding({ namespace: "shop", roleRef }), jane, ask({}), [role([pods], { namespace: "shop" })]))
    assert.isFalse(by(binding({ namespace: "shop", roleRef }), jane, ask({}), [role([pods], { namespace: "other" })]))
    assert.isFalse(by(binding({ namespace: "shop", roleRef }), jane, ask({})))
  })

  it("to an aggregated ClusterRole allows what those with its labels allow, and theirs", () => {
    const view = role([], { name: "r", aggregates: [{ view: "true" }] })
    const edit = role([], { name: "edit", labels: { view: "true" }, aggregates: [{ edit: "true" }] })
    const more = role([pods], { name: "more", labels: { edit: "true" } })
    assert.isTrue(by(binding(), jane, ask({}), [view, edit, more]))
    assert.isFalse(by(binding(), jane, ask({}), [view, edit, { ...more, labels: {} }]))
  })
})
