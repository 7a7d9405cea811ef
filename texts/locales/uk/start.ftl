### The page at the root of the service. Tags stay as they are.

start-title = Повідомлення про кіберінциденти
start-skip = До змісту
start-interface = Це програмний інтерфейс (API): ним користуються програми установ і команд. Форми для заповнення тут немає.
start-duty-line = Потрібна допомога негайно? Телефонуйте:
start-language = Мова сторінки
start-own-name = Українська
start-ways = Куди далі
start-docs = Документація
start-docs-said = Усі операції з прикладами (англійською). Їх можна випробувати просто на сторінці.
start-document = Документ OpenAPI
start-document-said = З нього створюють клієнтські бібліотеки.
start-tokens = Токени доступу
start-tokens-said = Де й у який спосіб їх отримати (RFC 8414).
start-state = Стан сервісу
start-state-said = Чи готовий він приймати повідомлення.
start-steps = Від облікових даних до першого повідомлення
start-credentials = Отримайте в координатора <code>client_id</code> і <code>client_secret</code>. Ще краще – зареєструвати відкритий ключ: тоді секрет ніколи не передається.
start-token =
    Отримайте токен. Він діє { $minutes ->
        [one] { $minutes } хвилину
        [few] { $minutes } хвилини
       *[many] { $minutes } хвилин
    }.
start-report = Повідомте, що сталося. Обов’язкове лише поле <code>description</code>; решту можна додати згодом.
start-example = Сервери зашифровано з ночі.
start-accepted = Відповідь <code>201</code> означає: повідомлення надійно збережено, враховано один раз і передано команді. У ній названо рівень, команду та строки.
start-teams = Команди реагування отримують свої справи запитом <code>GET /v1/cases?wait=30</code>.
start-what-this-is = Zvit (звіт) приймає повідомлення українських установ про кіберінциденти, визначає сектор і рівень критичності та передає кожне партнерській команді реагування.
