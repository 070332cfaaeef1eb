/** The style of the page; it is hashed in the policy of the page as it stands here. */
export const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1c1c1c; background: #fff }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border: 1px solid #ccc; padding: .2rem .6rem; text-align: left; vertical-align: top }
th small { display: block; font-weight: normal; color: #555 }
td span { font: 600 14px ui-monospace, monospace; padding: 0 .2rem; border-radius: .2rem }
.fine { background: #d8f0dc; color: #0b4f1a } .other { background: #fdf0c8; color: #5f4300 }
.wrong { background: #fbd5d5; color: #8a0c0c } .unseen { color: #666 }
section { border-left: .3rem solid #999; padding-left: 1rem; margin: 1.5rem 0 }
section.critical, section.high { border-color: #b00020 } section.medium { border-color: #c77700 } section.low { border-color: #3367b0 }
.exchanges { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1rem }
pre { background: #f5f5f5; padding: .6rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 13px }
pre.curl { display: none } pre.curl.shown { display: block }
[hidden] { display: none }
`

/** The script of the page: the filter, the links of the matrix, and copying. It has no data; all text stays where the page has it. */
export const SCRIPT = `
'use strict'
const chosen = document.getElementById('persona')
chosen.addEventListener('change', () => {
  for (const one of document.querySelectorAll('[data-persona]')) one.hidden = chosen.value !== '' && one.dataset.persona !== chosen.value
})
const open = () => {
  const place = document.getElementById(location.hash.slice(1))
  if (place !== null && place.tagName === 'DETAILS') place.open = true
}
addEventListener('hashchange', open)
open()
for (const button of document.querySelectorAll('button.copy')) {
  button.addEventListener('click', async () => {
    const command = button.nextElementSibling
    command.classList.add('shown')
    try {
      await navigator.clipboard.writeText(command.textContent)
      button.textContent = 'copied'
    } catch {
      button.textContent = 'here it is'
    }
  })
}
`
