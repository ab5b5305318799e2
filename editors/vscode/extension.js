// Starts the adapter, which is the hartbeat program itself, and offers what debuggers have no buttons for: views of the machine, and visits
// to instants of the recording.
const vscode = require('vscode')

const TYPE = 'hartbeat'

/** How the adapter is started: a configured program, or the one that the workspace has installed. Nothing is fetched from anywhere. */
function adapterFor(session) {
  const path = vscode.workspace.getConfiguration('hartbeat', session.workspaceFolder).get('path', '')
  const options = { cwd: session.workspaceFolder?.uri.fsPath }
  if (path.endsWith('.js')) return new vscode.DebugAdapterExecutable('node', [path, 'dap'], options)
  if (path !== '') return new vscode.DebugAdapterExecutable(path, ['dap'], options)
  return new vscode.DebugAdapterExecutable('npx', ['--no-install', 'hartbeat', 'dap'], options)
}

/** F5 without a launch configuration debugs the file that is open. */
function withDefaults(_folder, configuration) {
  if (configuration.type !== undefined && configuration.type !== '') return configuration
  if (vscode.window.activeTextEditor?.document.languageId !== 'riscv-asm') return undefined
  return { type: TYPE, request: 'launch', name: 'Debug this file on Hartbeat', program: '${file}', stopOnEntry: true }
}

/** A command about the session that is looked at; what the adapter refuses is shown. */
function command(name, run) {
  return vscode.commands.registerCommand(`hartbeat.${name}`, async () => {
    const session = vscode.debug.activeDebugSession
    if (session?.type !== TYPE) return vscode.window.showInformationMessage('No program is debugged on Hartbeat.')
    try {
      await run(session)
    } catch (error) {
      vscode.window.showErrorMessage(error.message)
    }
  })
}

async function showView(session) {
  const { views } = await session.customRequest('hartbeat/views')
  const items = views.map(view => ({ label: view.name, detail: view.doc, view }))
  const picked = await vscode.window.showQuickPick(items, { matchOnDetail: true })
  if (picked === undefined) return
  const names = picked.view.arguments.map(argument => argument.name)
  const typed =
    names.length === 0
      ? ''
      : await vscode.window.showInputBox({ prompt: `Arguments, or nothing: ${names.map(n => `${n}=NUMBER`).join(' ')}` })
  if (typed === undefined) return
  const given = Object.fromEntries(typed.split(/\s+/).flatMap(word => (word === '' ? [] : [word.split('=', 2)])))
  const { text } = await session.customRequest('hartbeat/view', { name: picked.label, arguments: given, width: 120 })
  const document = await vscode.workspace.openTextDocument({ content: text.join('\n') })
  await vscode.window.showTextDocument(document, { preview: true, viewColumn: vscode.ViewColumn.Beside })
}

async function goToLastWrite(session) {
  const expression = await vscode.window.showInputBox({ prompt: 'What was written: a variable, a symbol, or an address' })
  if (expression === undefined) return
  const frameId = vscode.debug.activeStackItem?.frameId
  const { write } = await session.customRequest('hartbeat/lastWrite', { expression, frameId })
  if (write === null) return void vscode.window.showInformationMessage(`Nobody has written ${expression} since the recording began.`)
  const visit = await vscode.window.showInformationMessage(`${expression}: ${write.text}`, 'Go there')
  if (visit !== undefined) await session.customRequest('hartbeat/goto', write.instant)
}

async function goToInstant(session) {
  const { now, first, last } = await session.customRequest('hartbeat/now')
  if (first === undefined) return void vscode.window.showInformationMessage('Nothing is recorded.')
  const prompt = `Instructions executed: ${first.executed} to ${last.executed}; it is ${now.executed} now`
  const typed = await vscode.window.showInputBox({ prompt, value: String(now.executed) })
  if (typed !== undefined) await session.customRequest('hartbeat/goto', { executed: Number(typed) })
}

exports.activate = context => {
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, { createDebugAdapterDescriptor: adapterFor }),
    vscode.debug.registerDebugConfigurationProvider(TYPE, { resolveDebugConfiguration: withDefaults }),
    command('view', showView),
    command('lastWrite', goToLastWrite),
    command('goto', goToInstant),
  )
}
