/** What a request asks for, in the words that authorization uses: the kube-apiserver's reading of method, path and query. */
import { Result } from "effect"
import * as FieldSelector from "../selector/FieldSelector.ts"

/** What does not apply is empty. */
export interface RequestInfo {
  /** Of API resources; else of a path: discovery, health, metrics. */
  readonly isResource: boolean
  /**
   * Of resources get, list, watch, create, update, patch, delete or deletecollection, empty for methods that mean
   * nothing; of paths the HTTP method in lower case.
   */
  readonly verb: string
  readonly path: string
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
}

const verbs: Record<string, string> = {
  GET: "get",
  HEAD: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete"
}

/** Below a namespace these are parts of the namespace itself, not resources in it. */
const namespaceSubresources = new Set(["status", "finalize"])

/** Reads a request whose path is already percent-decoded (k8s.io/apiserver/pkg/endpoints/request). */
export const parse = (method: string, path: string, query: URLSearchParams): RequestInfo => {
  const nonResource: RequestInfo = {
    isResource: false,
    verb: method.toLowerCase(),
    path,
    group: "",
    version: "",
    namespace: "",
    resource: "",
    subresource: "",
    name: ""
  }
  const [prefix, ...rest] = segments(path)
  if (prefix !== "api" && prefix !== "apis") return nonResource
  const [group, version, ...parts] = prefix === "api" ? ["", ...rest] : rest
  if (group === undefined || version === undefined || parts[0] === undefined) return nonResource

  const special = parts.length > 1 && (parts[0] === "watch" || parts[0] === "proxy") ? parts.shift() : undefined
  const methodVerb = special ?? verbs[method] ?? ""
  const namespace = parts[0] === "namespaces" ? parts[1] ?? "" : ""
  const inNamespace = parts[0] === "namespaces" && parts[2] !== undefined && !namespaceSubresources.has(parts[2])
  const [resource = "", ownName = "", subresource = ""] = inNamespace ? parts.slice(2) : parts

  const collection = ownName === "" && methodVerb === "get"
  return {
    isResource: true,
    verb: collection
      ? isTrue(query.get("watch")) ? "watch" : "list"
      : ownName === "" && methodVerb === "delete"
      ? "deletecollection"
      : methodVerb,
    path,
    group,
    version,
    namespace,
    resource,
    subresource: methodVerb === "proxy" ? "" : subresource,
    // A list of one name by field selector is authorized like a request for that name.
    name: collection ? selectedName(query.get("fieldSelector")) : ownName
  }
}

/** Without regard to slashes at either end; empty segments between others count. */
export const segments = (path: string): ReadonlyArray<string> => {
  const parts = path.split("/")
  const first = parts.findIndex((part) => part !== "")
  return first < 0 ? [""] : parts.slice(first, parts.findLastIndex((part) => part !== "") + 1)
}

/** As Go's query conversion has it: present and neither false nor 0. */
export const isTrue = (parameter: string | null): boolean =>
  parameter !== null && !["false", "0"].includes(parameter.toLowerCase())

const selectedName = (fieldSelector: string | null): string => {
  const name = FieldSelector.parse(fieldSelector ?? "").pipe(
    Result.map((selector) => FieldSelector.requiredValue(selector, "metadata.name")),
    Result.getOrElse(() => undefined)
  )
  return name === undefined || name === "." || name === ".." || /[/%]/.test(name) ? "" : name
}
