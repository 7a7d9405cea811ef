### The titles of all refusals.

## Titles of refusals: the kind of each in a few words.

problem-malformed-json = Тіло запиту не вдається прочитати як JSON
problem-bad-encoding = Тіло запиту не в кодуванні UTF-8
problem-bad-request = Запит не вдалося зрозуміти
problem-token-missing = Потрібен токен доступу
problem-token-invalid = Токен доступу недійсний
problem-token-expired = Строк дії токена доступу минув
problem-token-revoked = Токен доступу відкликано
problem-scope-lacking = Токен доступу не має потрібного дозволу
problem-institution-on-hold = Доступ установи призупинено
problem-forbidden = Цьому клієнтові це не дозволено
problem-disclosure-withheld = Цю частину інциденту команді не розкрито
problem-not-found = Не знайдено
problem-method-not-allowed = Цей метод тут не дозволено
problem-request-timeout = Запит надходив надто повільно
problem-stage-order = Цей етап передує вже поданому
problem-stage-already-submitted = Цей етап уже подано
problem-duplicate-edrpou = Цей код ЄДРПОУ вже зареєстровано
problem-external-ref-exists = Цей зовнішній номер уже використано
problem-state-conflict = Поточний стан цього не дозволяє
problem-rules-unsafe = Забагато інцидентів потрапило б до резервної команди
problem-idempotency-in-progress = Перший запит із цим ключем ще обробляється
problem-self-change = Клієнт не може вимкнути сам себе чи оновити власні облікові дані
problem-already-exists = Такий запис уже існує
problem-quota-exceeded = Квоту на вкладення вичерпано
problem-cursor-expired = Курсор належить іншому сховищу
problem-precondition-failed = Ресурс тим часом змінився
problem-payload-too-large = Тіло запиту завелике
problem-uri-too-long = Адреса запиту задовга
problem-range-not-satisfiable = У файлі немає такої частини
problem-unsupported-media-type = Цей тип вмісту не приймається
problem-validation-failed = Запит містить помилки
problem-idempotency-key-required = Потрібен заголовок Idempotency-Key
problem-idempotency-key-invalid = Заголовок Idempotency-Key має неправильний формат
problem-idempotency-key-reused = Цей ключ уже використано з іншим тілом запиту
problem-digest-mismatch = Вміст не відповідає контрольній сумі
problem-precondition-required = Потрібен заголовок If-Match
problem-rate-limited = Забагато запитів
problem-headers-too-large = Заголовки запиту завеликі
problem-internal = Сталася помилка на нашому боці
problem-unavailable = Тимчасово недоступно
problem-overloaded = Сервіс тимчасово перевантажений
problem-attachments-unavailable = Вкладення тимчасово недоступні
problem-store-unavailable = Сховище тимчасово недоступне
