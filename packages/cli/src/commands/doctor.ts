import { defectsIn, diagnosisText, examine, NoAnswer, PROXY_NAMES, type Caller, type Diagnosis, type Examination, type ProxyName } from '@countersign/gateway'
import { Option } from 'commander'
import { withConfig, withExamples, withJson, type AddCommand, type ConfigOption, type Context, type JsonOption } from '../context.ts'
import { CommandError, EXIT, usage, withInput } from '../failure.ts'
import { personaOf } from '../personas.ts'

interface Options extends ConfigOption, JsonOption {
  readonly url: string
  readonly proxy?: ProxyName
  readonly as?: string
  readonly echo?: string
  readonly guess?: boolean
  readonly stopped?: boolean
}

export const addDoctor: AddCommand = (program, context) => {
  const command = withJson(withConfig(program.command('doctor').description('send harmless requests through your own proxy, and say what it damages')))
  command
    .requiredOption('--url <url>', 'where callers reach the proxy; no other host is asked')
    .addOption(new Option('--proxy <name>', 'which proxy it is, for advice (default: as it says itself)').choices(PROXY_NAMES))
    .option('--as <persona>', 'a persona of the configuration, whose token, key or `user:password` is in $COUNTERSIGN_CREDENTIAL')
    .option('--echo <path>', 'a path whose application answers with the fields that it got')
    .option('--guess', 'also send wrong credentials until there are too many, which blocks this address for a while')
    .option('--stopped', 'you have stopped the gateway: see what callers get then')
  withExamples(
    command,
    ['countersign doctor --url https://api.example', 'ends with 0 if no defect was found, otherwise with 1'],
    ['COUNTERSIGN_CREDENTIAL=… countersign doctor --url https://api.example --as reader --echo /echo', 'with the probes that need somebody who may call'],
  )
  command.action(
    context.action(async (options: Options) => {
      const diagnosis = await diagnose(await examinationOf(context, options))
      if (options.json === true) context.json(diagnosis)
      else context.out(diagnosisText(diagnosis, context.text))
      return defectsIn(diagnosis).length === 0 ? EXIT.ok : EXIT.found
    }),
  )
}

async function examinationOf(context: Context, { config: file, url, proxy, as, echo, guess = false, stopped = false }: Options): Promise<Examination> {
  const address = urlOf(url)
  if (echo !== undefined && !/^\/[^\s#]*$/.test(echo)) throw usage(`--echo is a path such as /echo, not \`${echo}\``)
  if (guess && stopped) throw usage('--guess needs a gateway that answers, and --stopped one that does not')
  const setup = await context.setup(file)
  const caller = as === undefined ? undefined : callerOf(context, setup.config, as)
  return {
    ...setup,
    url: address,
    guess,
    stopped,
    ...(proxy === undefined ? {} : { proxy }),
    ...(echo === undefined ? {} : { echo }),
    ...(caller === undefined ? {} : { caller }),
  }
}

function urlOf(text: string): URL {
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw usage(`\`${text}\` is no URL; pass where callers reach the proxy, such as https://api.example`)
  if (url.username !== '' || url.password !== '') throw usage('--url must not have credentials in it; pass --as, and $COUNTERSIGN_CREDENTIAL')
  if (url.pathname !== '/' || url.search !== '')
    throw usage(`--url is a host without a path, such as ${url.origin}; which paths are asked for is in the configuration`)
  return url
}

/** The fields that a persona sends. The credential never stands on the command line, where every user of the machine can read it. */
function callerOf({ io }: Context, config: Examination['config'], name: string): Caller {
  const persona = personaOf(config, name)
  const credential = io.env['COUNTERSIGN_CREDENTIAL'] ?? ''
  if (credential === '') throw usage(`--as ${name} needs the credential of that persona in $COUNTERSIGN_CREDENTIAL`)
  if (/[^ -~]/.test(credential)) throw usage('$COUNTERSIGN_CREDENTIAL has characters that no field may have')
  return { persona, fields: [fieldOf(config, persona, credential)] }
}

function fieldOf({ schemes }: Examination['config'], { name, config: { scheme } }: Caller['persona'], credential: string): Caller['fields'][number] {
  if (scheme === 'bearer') return ['Authorization', `Bearer ${credential}`]
  if (scheme === 'basic') return ['Authorization', `Basic ${Buffer.from(credential).toString('base64')}`]
  if (schemes.apiKey === undefined || scheme === undefined) throw usage(`the persona \`${name}\` brings no credentials that this configuration takes`)
  return [schemes.apiKey.header, credential]
}

async function diagnose(examination: Examination): Promise<Diagnosis> {
  try {
    return await withInput(() => examine(examination))
  } catch (error) {
    if (error instanceof NoAnswer) throw new CommandError(`${examination.url.origin} cannot be reached: ${error.message}`, { cause: error })
    throw error
  }
}
