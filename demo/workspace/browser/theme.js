/** Light or dark: the system's choice until the reader makes one. */
const key = 'theme'

const system = () => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')

/** @param {string} theme */
const apply = (theme) => void (document.documentElement.dataset.theme = theme)

apply(localStorage.getItem(key) ?? system())
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
  apply(localStorage.getItem(key) ?? system()),
)

export function toggleTheme() {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'
  localStorage.setItem(key, theme)
  apply(theme)
}
