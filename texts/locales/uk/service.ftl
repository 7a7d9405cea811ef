### Refusals that any operation may give.

duty-line-unstated = чергова лінія координатора
nothing-here = За цією адресою нічого немає, або у вас немає до цього доступу.
fault-is-ours = Помилка сталася на нашому боці. Запит можна безпечно повторити з тим самим Idempotency-Key; звертаючись по допомогу, назвіть ідентифікатор запиту.
too-many-requests = Нічого не прийнято. Заголовок RateLimit-Policy показує, скільки запитів приймається; продовжуйте через час, зазначений у Retry-After.
try-later = Нічого не прийнято. Повторіть той самий запит через час, зазначений у Retry-After, з тим самим Idempotency-Key.
methods-here = Ця адреса приймає методи: { $allowed }.
faults-listed = Кількість помилок: { $count }. Їх наведено в `errors`.
statistics-month-not-published = Останній місяць, за який можна запитати, { $latest }.
statistics-period = Період має від 1 до 24 місяців, перший не пізніше за останній.
