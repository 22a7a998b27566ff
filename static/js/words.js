// What scripts say. Pages speak through Django's catalogues; these few sentences change without asking the server.
const WORDS = {
  vi: {
    ok: "Trực tuyến", slow: "Chậm", lost: "Mất kết nối", wait: "Đang kết nối", paused: "Đã tạm dừng",
    refused: "Hết quyền xem",
    polling: "Kết nối chậm, cập nhật mỗi {n} giây",
    lostBar: "Mất kết nối từ {time} · đang hiển thị số liệu cũ",
    refusedBar: "Hết quyền xem số liệu trực tiếp. Hãy đăng nhập lại.",
    lag: "Số liệu trễ {time}", unproven: "Chưa rõ số liệu có kịp thời không",
    build: "Đã có phiên bản mới. Bấm để tải lại trang.", reload: "Tải lại",
    back: "Đã kết nối lại", changes: "{n} thay đổi mới", changes1: "1 thay đổi mới",
    pause: "Tạm dừng cập nhật", resume: "Tiếp tục cập nhật",
    failed: "Chưa gửi được. Kiểm tra mạng rồi thử lại.", refusedAction: "Bạn không có quyền làm việc này.",
    server: "Hệ thống đang bận, hãy thử lại sau ít phút.", stale: "Trang đã cũ. Tải lại trang rồi thử lại.",
    code: "mã {id}", dismiss: "Đóng thông báo", sending: "Đang gửi", none: "Không tìm thấy kết quả",
    noLikely: "Không có phản ánh nào có thể trùng",
    left: "còn {time}", over: "quá {time}",
    second: "{n} giây", minute: "{n} phút", hour: "{n} giờ", day: "{n} ngày",
    pin: "Vị trí ghim. Phím mũi tên: dời 10 m, giữ Shift: 50 m, Enter: chọn vị trí này.",
    pinned: "Đã chọn vị trí {lat}, {lon}", mapFailed: "Không tải được ranh giới.",
    zoomIn: "Phóng to", zoomOut: "Thu nhỏ",
  },
  en: {
    ok: "Online", slow: "Slow", lost: "Connection lost", wait: "Connecting", paused: "Paused", refused: "Access ended",
    polling: "Slow link, updating every {n} seconds",
    lostBar: "Connection lost since {time} · showing old figures",
    refusedBar: "You may no longer watch these figures live. Please sign in again.",
    lag: "Figures are {time} behind", unproven: "Nothing says whether the figures are up to date",
    build: "A new version is ready. Press to reload the page.", reload: "Reload",
    back: "Connected again", changes: "{n} new changes", changes1: "1 new change",
    pause: "Pause updates", resume: "Resume updates",
    failed: "Not sent. Check the network and try again.", refusedAction: "You may not do this.",
    server: "The system is busy, please try again in a few minutes.",
    stale: "This page is old. Reload it and try again.",
    code: "code {id}", dismiss: "Dismiss", sending: "Sending", none: "Nothing found",
    noLikely: "No likely duplicates",
    left: "{time} left", over: "{time} overdue",
    second: "{n} s", minute: "{n} min", hour: "{n} h", day: "{n} d",
    pin: "Pin. Arrow keys move it 10 m, with Shift 50 m, Enter takes this place.",
    pinned: "Place chosen: {lat}, {lon}", mapFailed: "The outlines could not be loaded.",
    zoomIn: "Zoom in", zoomOut: "Zoom out",
  },
};

const own = WORDS[document.documentElement.lang] ?? WORDS.vi;

export function say(key, values = {}) {
  return own[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Whole seconds in their largest unit, rounded down, as the server's words.duration. */
export function duration(seconds) {
  const s = Math.floor(Math.abs(seconds));
  if (s < 60) return say("second", { n: s });
  if (s < 3600) return say("minute", { n: Math.floor(s / 60) });
  if (s < 86400) return say("hour", { n: Math.floor(s / 3600) });
  return say("day", { n: Math.floor(s / 86400) });
}

const readings = [false, true].map((seconds) => new Intl.DateTimeFormat("vi-VN", {
  hour: "2-digit", minute: "2-digit", second: seconds ? "2-digit" : undefined, hourCycle: "h23",
  timeZone: document.documentElement.dataset.zone,
}));

const days = new Intl.DateTimeFormat("en-CA", {
  year: "numeric", month: "2-digit", day: "2-digit", timeZone: document.documentElement.dataset.zone,
});

/** The city's day, as 2026-11-23. */
export const day = (date) => days.format(date);

/** What the city's clocks show, in 24 hours. */
export const clock = (date, seconds = true) => readings[Number(seconds)].format(date);
