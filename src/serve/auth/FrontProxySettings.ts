/** The flags that say which front proxy to believe, and by which headers: names, defaults and meanings of the original. */
import * as ListSetting from "../../ListSetting.ts"
import * as Setting from "../../Setting.ts"

export const title = "Front proxy"

export const settings = {
  clientCaFile: Setting.optionalText(
    "requestheader-client-ca-file",
    "FILE",
    "Authorities that sign the certificates of front proxies (default those that the cluster publishes, with the names)"
  ),
  allowedNames: ListSetting.texts(
    "requestheader-allowed-names",
    "Common names of front proxies; none: all that --requestheader-client-ca-file signed",
    []
  ),
  usernameHeaders: ListSetting.texts(
    "requestheader-username-headers",
    "Headers that name the user, with --requestheader-client-ca-file",
    ["x-remote-user"]
  ),
  uidHeaders: ListSetting.texts("requestheader-uid-headers", "Headers that name the user's uid", []),
  groupHeaders: ListSetting.texts("requestheader-group-headers", "Headers that name the user's groups", [
    "x-remote-group"
  ]),
  extraHeaderPrefixes: ListSetting.texts(
    "requestheader-extra-headers-prefix",
    "Beginnings of the headers that say more of the user",
    ["x-remote-extra-"]
  )
}
