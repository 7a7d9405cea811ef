### Files that are attached.

attachments-not-kept-here = Цей сервіс не має каталогу для вкладень; укажіть, звідки файл можна отримати, як зовнішнє вкладення.
attachment-not-kept = Файл не вдалося зберегти або прочитати; це не ваша помилка. Спробуйте пізніше або повідомте координатора.
attachment-empty = Файл порожній.
attachment-digest-differs = Отримані байти мають інший SHA-256, ніж зазначено в заголовку: надішліть файл ще раз.
attachment-media-type = Надсилайте вміст файлу з `Content-Type: application/octet-stream`, без стиснення й не у формі.
attachment-digest-malformed = Запишіть як sha-256=:…:, де 32 байти подано в base64 (RFC 9530).
attachment-too-large = Розмір файлу обмежено: 32 МіБ. Більший розмістіть там, звідки його можуть отримати команди, і вкажіть як зовнішнє вкладення.
attachment-address-malformed = Запишіть адресу на зразок https://files.example/dump.raw, без імені користувача й пароля.
