import type { Shop } from './start.ts'

/** Shell lines that log in with curl and get anti-forgery tokens into variables. */
export function loginLines({ origin, aged }: Shop): readonly string[] {
  return [
    'JAR=$(mktemp -d)',
    `login() { curl -s -o /dev/null -c "$JAR/$1" -d "name=$1" -d "password=$1-password" ${origin}/login; }`,
    `token() { curl -s -b "$1" ${origin}/api/session | sed 's/.*"csrfToken":"\\([^"]*\\)".*/\\1/'; }`,
    'login olga; OLGA=$(token "$JAR/olga")',
    'login adam; ADAM=$(token "$JAR/adam")',
    `OVER='${aged.over}'`,
    `EARLY='${aged.early}'; EARLY_TOKEN=$(token "$EARLY")`,
  ]
}

/** Shell lines that log in again and log out. Behind each request the answer that it gets. */
export function endLines({ origin }: Shop): readonly string[] {
  return [
    '# a login an hour ago is too old to remove everything; with the password it becomes a new one, in a session of its own',
    `curl -i -b "$EARLY" -c "$JAR/early" -H "X-CSRF-Token: $EARLY_TOKEN" -d password=olga-password ${origin}/login/again`,
    '# 303',
    'AGAIN=$(token "$JAR/early")',
    `curl -i -X DELETE -b "$JAR/early" -H "X-CSRF-Token: $AGAIN" ${origin}/api/orders`,
    '# 204',
    `curl -i -b "$EARLY" ${origin}/api/orders`,
    '# 401  WWW-Authenticate: Session realm="shop"',
    '',
    '# a logout ends a session for every copy of its cookie',
    'cp "$JAR/olga" "$JAR/copy"',
    `curl -i -X POST -b "$JAR/olga" -c "$JAR/olga" -H "X-CSRF-Token: $OLGA" ${origin}/logout`,
    '# 303',
    `curl -i -b "$JAR/copy" ${origin}/api/orders`,
    '# 401  WWW-Authenticate: Session realm="shop"',
    'rm -r "$JAR"',
    '',
    '# five wrong passwords for a name, and none is looked at for half a minute',
    `for n in $(seq 5); do curl -s -o /dev/null -d name=guessed -d "password=$n" ${origin}/login; done`,
    `curl -i -d name=guessed -d password=6 ${origin}/login`,
    '# 429',
  ]
}
