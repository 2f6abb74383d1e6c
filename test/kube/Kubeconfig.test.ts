import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { parse } from "../../src/kube/Kubeconfig.ts"

const kubeconfig = (parts: { readonly cluster?: string; readonly user?: string; readonly context?: string }) => `
apiVersion: v1
kind: Config
current-context: ${parts.context ?? "here"}
contexts:
- name: here
  context: { cluster: kind, user: admin, namespace: default }
clusters:
- name: kind
  cluster: ${parts.cluster ?? "{ server: https://127.0.0.1:6443 }"}
users:
- name: admin
  user: ${parts.user ?? "{ token: secret }"}
`

const problems = (content: string) => Result.match(parse(content), { onSuccess: () => [], onFailure: (_) => _ })

describe("a kubeconfig", () => {
  it("gives the cluster and the user of its current context", () => {
    assert.deepStrictEqual(
      parse(kubeconfig({})),
      Result.succeed({ cluster: { server: "https://127.0.0.1:6443" }, user: { token: "secret" } })
    )
  })

  it("may be JSON, which is YAML", () => {
    const content = JSON.stringify({
      "current-context": "a",
      contexts: [{ name: "a", context: { cluster: "a" } }],
      clusters: [{ name: "a", cluster: { server: "https://[::1]:6443" } }]
    })
    assert.deepStrictEqual(parse(content), Result.succeed({ cluster: { server: "https://[::1]:6443" }, user: {} }))
  })

  it("may have other entries in which something is wrong, and texts that are not there as Go writes them", () => {
    const content = JSON.stringify({
      "current-context": "a",
      contexts: [{ name: "a", context: { cluster: "a", user: "a" } }, { name: "b", context: null }, { name: "c" }],
      clusters: [
        { name: "old", cluster: { server: "localhost:8080" } },
        { name: "a", cluster: { server: "https://10.0.0.1:6443", "proxy-url": "" } }
      ],
      users: [
        { name: "old", user: [] },
        { name: "older" },
        { name: "a", user: { token: "secret", "client-certificate-data": null, "as-groups": [] } }
      ]
    })
    assert.deepStrictEqual(
      parse(content),
      Result.succeed({ cluster: { server: "https://10.0.0.1:6443" }, user: { token: "secret" } })
    )
  })

  it("is reported with everything that is wrong in it, not with the first", () => {
    const found = problems(
      kubeconfig({
        cluster: "{ server: 10.0.0.1, proxy-url: socks4://x, insecure-skip-tls-verify: 'yes' }",
        user: "{ token: 7 }"
      })
    )
    assert.deepStrictEqual(found, [
      "cluster \"kind\": server: Expected a URL such as https://10.0.0.1:6443",
      "cluster \"kind\": insecure-skip-tls-verify: Expected boolean",
      "cluster \"kind\": proxy-url: Expected a URL with the scheme http, https or socks5",
      "user \"admin\": token: Expected string"
    ])
  })

  it("keeps a password out of what is told of it", () => {
    const found = problems(kubeconfig({ cluster: "{ server: 'https://admin:a-password@10.0.0.1:6443' }" }))
    assert.deepStrictEqual(found, ["cluster \"kind\": server: Expected a URL such as https://10.0.0.1:6443"])
    for (const user of ["{ token: [a-password] }", "{ token: 'a-password", "a-password: b: c", "[a-password]"]) {
      assert.notInclude(problems(kubeconfig({ user })).join(), "a-password")
    }
  })

  it.each(
    [
      ["an unknown context", kubeconfig({ context: "there" }), [`current-context: no context is called "there"`]],
      [
        "every missing reference at once",
        `{"current-context":"a","contexts":[{"name":"a","context":{"cluster":"b","user":"c"}}],"clusters":null}`,
        [`context "a": no cluster is called "b"`, `context "a": no user is called "c"`]
      ],
      [
        "an impersonation it cannot do",
        kubeconfig({ user: "{ as: jane, as-groups: [dev] }" }),
        [`user "admin": as-groups is not supported, impersonate a user by "as" alone`]
      ],
      ["what is no YAML", "{", ["it is not YAML: SyntaxError: Expected ':' at flow offset 1"]]
    ] as const
  )("names %s", (_, content, expected) => {
    assert.deepStrictEqual(problems(content), expected)
  })
})
